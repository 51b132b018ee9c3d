#include "summary.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/strings.hpp"
#include "amt/dataset/paths.hpp"
#include "profile.hpp"

namespace amt {
namespace {

/// Returns 100 part / whole in the format of Python's round(x, 2): at most two decimals, at least
/// one.
std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  const double share = whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
  std::string result = fmt::format("{:.2f}", share);
  if (result.ends_with('0')) result.pop_back();
  return result;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\t')
      result += "\\t";
    else if (c == '\n')
      result += "\\n";
    else if (c == '\\')
      result += "\\\\";
    else
      result += c;
  }
  return result;
}

std::string token_lines(const Manifest& manifest) {
  const TokenStats& stats = manifest.statistics.tokens;
  const char* times = manifest.encoding->reference_long_times;
  // The reference divides by the triples of an arrival row in every encoding.
  const std::uint64_t triples = stats.sequences * kTriplesPerRow;
  return fmt::format(
      "Tokenization complete.\n  => Processed {} training sequences\n  => Inserted {} REST tokens "
      "({}% of events)\n  => Discarded {} event sequences\n      - {} too short\n      - {} too "
      "long\n      - {} too many instruments\n  => Discarded {} training sequences\n  => Truncated "
      "{} {} times ({}% of {}s)\n",
      stats.sequences, stats.rests, percent_text(stats.rests, triples),
      stats.too_short + stats.too_long, stats.too_short, stats.too_long, stats.too_many_instruments,
      stats.discarded_rows, stats.truncations, times, percent_text(stats.truncations, triples),
      times);
}

}  // namespace

std::string summary_text(const Manifest& manifest, const PrepareOptions& options) {
  const DatasetStatistics& all = manifest.statistics;
  std::string text =
      fmt::format("Successfully processed {} files (discarded {}%)\n{}", all.files - all.rejected,
                  percent_text(all.rejected, all.files), token_lines(manifest));
  for (const Split split : kSplits) {
    const SplitInfo& info = manifest.split(split);
    text += fmt::format(
        "{}: {}, {}, {}, {} of music, {}\n", split_name(split), counted(info.rows, "row"),
        counted(info.rows * manifest.context_length, "token"), counted(info.files, "file"),
        format_duration(info.seconds_of_music), counted(info.shards.size(), "shard"));
  }
  if (all.duplicates > 0) text += fmt::format("{} duplicate files were left out\n", all.duplicates);
  return text + fmt::format("The training split is shuffled. Dataset: {} (rejected files: {})\n",
                            options.dataset, kRejectedFile);
}

std::string passed_over_text(const ExtensionCounts& counts) {
  return fmt::format("ignored because of their extension: {}{}", describe_extensions(counts),
                     hides_midi_files(counts)
                         ? "; --extensions mid,midi,kar includes such files, in any letter case"
                         : "");
}

std::string rejected_text(std::vector<Rejection> rejections) {
  std::ranges::sort(rejections, {}, &Rejection::path);
  std::string text = "path\treason\n";
  for (const Rejection& rejection : rejections) {
    text += fmt::format("{}\t{}\n", escaped(rejection.path), escaped(rejection.reason));
  }
  return text;
}

}  // namespace amt
