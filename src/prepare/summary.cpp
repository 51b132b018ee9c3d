#include "summary.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "amt/base/strings.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

/// 100 part / whole as Python prints round(x, 2): at most two decimals, at least one.
std::string percent(double part, double whole) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f", whole > 0 ? 100 * part / whole : 0.0);
  std::string result = text.data();
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
  // The reference divides by an arrival row's triples whatever the encoding.
  const double triples = static_cast<double>(stats.sequences) * kTriplesPerRow;
  return str_cat("Tokenization complete.\n  => Processed ", stats.sequences,
                 " training sequences\n  => Inserted ", stats.rests, " REST tokens (",
                 percent(static_cast<double>(stats.rests), triples),
                 "% of events)\n  => Discarded ", stats.too_short + stats.too_long,
                 " event sequences\n      - ", stats.too_short, " too short\n      - ",
                 stats.too_long, " too long\n      - ", stats.too_many_instruments,
                 " too many instruments\n  => Discarded ", stats.discarded_rows,
                 " training sequences\n  => Truncated ", stats.truncations, ' ', times, " times (",
                 percent(static_cast<double>(stats.truncations), triples), "% of ", times, "s)\n");
}

}  // namespace

std::string summary_text(const Manifest& manifest, const PrepareOptions& options) {
  const DatasetStatistics& all = manifest.statistics;
  std::string text =
      str_cat("Successfully processed ", all.files - all.refused, " files (discarded ",
              percent(static_cast<double>(all.refused), static_cast<double>(all.files)), "%)\n",
              token_lines(manifest));
  for (const Split split : kSplits) {
    const SplitInfo& info = manifest.split(split);
    text += str_cat(
        split_name(split), ": ", format_count(info.rows), " rows, ",
        format_count(info.rows * static_cast<std::uint64_t>(manifest.context_length)), " tokens, ",
        format_count(info.files), " files, ", format_duration(info.seconds_of_music), " of music, ",
        format_count(info.shards.size()), info.shards.size() == 1 ? " shard\n" : " shards\n");
  }
  if (all.duplicates > 0) text += str_cat(all.duplicates, " duplicate files were left out\n");
  return text + str_cat("The training split is shuffled. Dataset: ", options.dataset,
                        " (refused files: ", kRejectedFile, ")\n");
}

std::string passed_over_text(const EndingCounts& counts) {
  return str_cat("passed over for their ending: ", describe_endings(counts),
                 hides_midi_files(counts)
                     ? "; --extensions mid,midi,kar takes such files, in any letter case"
                     : "");
}

std::string rejected_text(std::vector<Rejection> rejections) {
  std::ranges::sort(rejections, {}, &Rejection::path);
  std::string text = "path\treason\n";
  for (const Rejection& rejection : rejections) {
    text += str_cat(escaped(rejection.path), '\t', escaped(rejection.reason), '\n');
  }
  return text;
}

}  // namespace amt
