#include "description.hpp"

#include <fmt/core.h>

#include <string_view>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

/// Formats a line: "name       value".
std::string pair(std::string_view name, std::string_view value) {
  return fmt::format("{:<22}{}\n", name, value);
}

std::string split_lines(const Manifest& manifest) {
  std::string text = "\nsplit         rows         tokens     files         music  shards\n";
  for (const Split split : kSplits) {
    const SplitInfo& info = manifest.split(split);
    text += fmt::format("{:<6}{:>12}{:>15}{:>10}{:>14}{:>8}\n", split_name(split),
                        format_count(info.rows), format_count(info.rows * manifest.context_length),
                        format_count(info.files), format_duration(info.seconds_of_music),
                        info.shards.size());
  }
  return text + '\n';
}

}  // namespace

std::string describe_dataset(const Manifest& manifest) {
  const DatasetStatistics& all = manifest.statistics;
  const TokenStats& tokens = all.tokens;
  const Encoding& encoding = *manifest.encoding;
  std::string text =
      pair("encoding", fmt::format("{}, {} tokens, rows of {}", encoding.name, manifest.vocabulary,
                                   manifest.context_length)) +
      pair("augment", fmt::format("{}{} of each training piece", manifest.augment,
                                  manifest.augment == 1 ? " copy" : " copies")) +
      pair("order", fmt::format("training rows shuffled with seed {}, units of {} hex digits",
                                manifest.seed, manifest.prefix_digits)) +
      pair("corpus", manifest.corpus_digest) + pair("digest", hex64(manifest.digest())) +
      split_lines(manifest) + pair("files found", format_count(all.files)) +
      pair("  rejected", format_count(all.rejected)) +
      pair("  too short", format_count(tokens.too_short)) +
      pair("  too long", format_count(tokens.too_long)) +
      pair("  over 16 instruments", format_count(tokens.too_many_instruments)) +
      pair("  kept", format_count(tokens.files_kept)) +
      pair("duplicates left out", format_count(all.duplicates));
  if (encoding.anticipation) text += pair("rests inserted", format_count(tokens.rests));
  return text + pair(fmt::format("{} cut", encoding.long_times), format_count(tokens.truncations)) +
         pair("rows left out", fmt::format("{} (over 100 s)", format_count(tokens.discarded_rows)));
}

}  // namespace amt
