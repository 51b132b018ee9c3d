#include "description.hpp"

#include <array>
#include <cstdio>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

/// "name       value"
std::string pair(const std::string& name, const std::string& value) {
  return print("%-22s", name.c_str()) + value + '\n';
}

std::string split_lines(const Manifest& manifest) {
  std::string text = "\nsplit         rows         tokens     files         music  shards\n";
  for (const Split split : kSplits) {
    const SplitInfo& info = manifest.split(split);
    text += print("%-6s%12s%15s%10s%14s%8zu\n", split_name(split), format_count(info.rows).c_str(),
                  format_count(info.rows * static_cast<unsigned>(manifest.context_length)).c_str(),
                  format_count(info.files).c_str(), format_duration(info.seconds_of_music).c_str(),
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
      pair("encoding", str_cat(encoding.name, ", ", manifest.vocabulary, " tokens, rows of ",
                               manifest.context_length)) +
      pair("augment", str_cat(manifest.augment, manifest.augment == 1 ? " copy" : " copies",
                              " of each training piece")) +
      pair("order", str_cat("training rows shuffled with seed ", manifest.seed, ", units of ",
                            manifest.prefix_digits, " hex digits")) +
      pair("corpus", manifest.corpus_digest) + pair("digest", hex64(manifest.digest())) +
      split_lines(manifest) + pair("files found", format_count(all.files)) +
      pair("  refused", format_count(all.refused)) +
      pair("  too short", format_count(tokens.too_short)) +
      pair("  too long", format_count(tokens.too_long)) +
      pair("  over 16 instruments", format_count(tokens.too_many_instruments)) +
      pair("  kept", format_count(tokens.files_kept)) +
      pair("duplicates left out", format_count(all.duplicates));
  if (encoding.anticipation) text += pair("rests inserted", format_count(tokens.rests));
  return text + pair(str_cat(encoding.long_times, " cut"), format_count(tokens.truncations)) +
         pair("rows left out", str_cat(format_count(tokens.discarded_rows), " (over 100 s)"));
}

}  // namespace amt
