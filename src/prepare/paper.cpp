#include "paper.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "amt/base/strings.hpp"
#include "amt/charts/html.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kFewestFiles = 174'000, kMostFiles = 180'000;

struct Count {
  const char* what;
  std::uint64_t paper, ours;  // 0 if the paper has no such count
};

/// Counts tokens as the paper does: without flags and, for the training split, for a single copy,
/// rounded down.
std::uint64_t tokens_of(const Manifest& manifest, Split split) {
  const std::uint64_t copies = split == Split::kTrain ? manifest.augment : 1;
  const int music = kContextLength - manifest.encoding->flags();
  return manifest.split(split).rows * music / copies;
}

std::uint64_t hours_of(const Manifest& manifest, Split split) {
  return std::llround(manifest.split(split).seconds_of_music / 3600);
}

std::vector<Count> counts_of(const Manifest& manifest) {
  const DatasetStatistics& all = manifest.statistics;
  const auto& paper = manifest.encoding->paper_tokens;
  const auto hours = [&](Split split) { return hours_of(manifest, split); };
  std::vector<Count> counts = {
      {"files", 178'561, all.files},
      {"parsed", 174'046, all.files - all.rejected},
      {"too short", 7'032, all.tokens.too_short},
      {"over an hour", 40, all.tokens.too_long},
      {"over 16 instruments", 2'227, all.tokens.too_many_instruments},
      {"kept", 164'747, all.tokens.files_kept},
      {"tokens, train", paper[0], tokens_of(manifest, Split::kTrain)},
      {"tokens, valid", paper[1], tokens_of(manifest, Split::kValid)},
      {"tokens, test", paper[2], tokens_of(manifest, Split::kTest)},
      {"hours, train", 7'827, hours(Split::kTrain)},
      {"hours, valid", 555, hours(Split::kValid)},
      {"hours, test", 561, hours(Split::kTest)},
  };
  std::erase_if(counts, [](const Count& count) { return count.paper == 0; });
  return counts;
}

std::string difference(const Count& count) {
  if (count.ours == count.paper) return "equal";
  const bool more = count.ours > count.paper;
  return (more ? "+" : "-") +
         format_count(more ? count.ours - count.paper : count.paper - count.ours);
}

}  // namespace

std::string paper_section(const Manifest& manifest) {
  const std::uint64_t files = manifest.statistics.files;
  if (files <= kFewestFiles || files >= kMostFiles) return "";
  std::vector<std::vector<std::string>> rows;
  for (const Count& count : counts_of(manifest)) {
    rows.push_back(
        {count.what, format_count(count.paper), format_count(count.ours), difference(count)});
  }
  return "<h2>Compared with the paper's counts for the full Lakh dataset</h2>\n" +
         html_table({"", "arXiv 2306.08620", "here", "difference"}, rows) +
         "<p class=\"note\">Tokens of the training split count one copy of each piece; those of "
         "the arrival encoding exclude the flags.</p>\n";
}

}  // namespace amt
