#include "empty_splits.hpp"

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <vector>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

using Counts = std::array<std::uint64_t, 3>;

Counts count_files(const Corpus& corpus, const SplitRule& rule) {
  Counts counts = {};
  for (const CorpusFile& file : corpus.files) ++counts[index_of(rule.of(file.md5))];
  return counts;
}

bool is_wanted(const SplitRule& rule, Split split) {
  if (rule.by_fraction() || split == Split::kTrain) return true;
  return !(split == Split::kValid ? rule.valid : rule.test).empty();
}

std::string joined(const std::vector<Split>& splits) {
  std::string text;
  for (const Split split : splits) {
    text += fmt::format("{}{}", text.empty() ? "" : " and the ", split_name(split));
  }
  return text + (splits.size() == 1 ? " split" : " splits");
}

/// Returns the smallest fractions, in multiples of 5 %, that leave no split empty.
std::string advice(const Corpus& corpus) {
  constexpr double kSteps = 20;  // each of 5 %
  for (int test = 1; test < kSteps; ++test) {
    for (int valid = 1; valid + test < kSteps; ++valid) {
      SplitRule rule;
      rule.valid_fraction = valid / kSteps;
      rule.test_fraction = test / kSteps;
      const Counts counts = count_files(corpus, rule);
      if (counts[0] == 0 || counts[1] == 0 || counts[2] == 0) continue;
      return fmt::format(
          "--valid-fraction {:.6g} --test-fraction {:.6g} would put {}, {} and {} files into "
          "train, valid and test",
          rule.valid_fraction, rule.test_fraction, counts[0], counts[1], counts[2]);
    }
  }
  return "three splits need more files; --valid-fraction and --test-fraction choose the splits' "
         "sizes";
}

}  // namespace

std::string empty_splits_text(const Corpus& corpus, const SplitRule& rule) {
  const Counts counts = count_files(corpus, rule);
  std::vector<Split> empty;
  for (const Split split : kSplits) {
    if (counts[index_of(split)] == 0 && is_wanted(rule, split)) {
      empty.push_back(split);
    }
  }
  if (empty.empty()) return "";
  return fmt::format("none of the {} files belongs to the {} (their MD5s decide): {}",
                     format_count(corpus.files.size()), joined(empty), advice(corpus));
}

std::string rowless_splits_text(const Corpus& corpus, const SplitRule& rule,
                                const Manifest& manifest) {
  const Counts counts = count_files(corpus, rule);
  std::vector<Split> rowless;
  for (const Split split : kSplits) {
    const bool has_files = counts[index_of(split)] > 0;
    if (has_files && manifest.split(split).rows == 0) rowless.push_back(split);
  }
  if (rowless.empty()) return "";
  return fmt::format(
      "there are no rows in the {}: its files were rejected, or their music does not fill a "
      "row; --valid-fraction and --test-fraction choose larger splits",
      joined(rowless));
}

}  // namespace amt
