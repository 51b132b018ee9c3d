#include "amt/dataset/verify.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/shard.hpp"
#include "amt/tokens/row_rules.hpp"

namespace amt {
namespace {

constexpr std::size_t kRangesNamed = 4;

/// Checks one shard, reading it once from beginning to end.
class ShardCheck {
 public:
  ShardCheck(const std::filesystem::path& dataset, const Manifest& manifest, const ShardInfo& info,
             ShardLocation location, VerifyRows rows)
      : encoding_(*manifest.encoding),
        info_(info),
        offset_(location.offset),
        check_rows_(rows == VerifyRows::kYes),
        file_(hdf5::File::open(dataset / info.file)),
        tokens_(file_.open_dataset(kTokensDataset)) {}

  std::optional<std::string> run() {
    const std::vector<std::uint64_t> sums = read_checksums(file_, info_.rows);
    for (std::uint64_t first = 0; first < info_.rows; first += kChecksumRows) {
      const std::uint64_t count = std::min(kChecksumRows, info_.rows - first);
      block_.resize(count);
      const auto bytes = std::as_writable_bytes(std::span(block_));
      tokens_.read_rows(first, count, bytes);
      whole_.update(bytes);
      if (xxh3_64(bytes) != sums[first / kChecksumRows]) add_range(first, first + count);
      if (check_rows_) check_rows(first);
    }
    return describe();
  }

 private:
  struct Range {
    std::uint64_t first, last;  // rows
  };

  void add_range(std::uint64_t first, std::uint64_t last) {
    if (!damaged_.empty() && damaged_.back().last == first) {
      damaged_.back().last = last;
    } else {
      damaged_.push_back({first, last});
    }
  }

  void check_rows(std::uint64_t first) {
    for (std::size_t i = 0; i < block_.size(); ++i) {
      const auto problem = find_row_problem(block_[i], encoding_);
      if (!problem) continue;
      if (bad_rows_++ == 0) first_bad_ = fmt::format("row {}, {}", first + i, problem->text);
    }
  }

  std::string range_text(const Range& range) const {
    return fmt::format("rows {} to {} (bytes {} to {})", range.first, range.last - 1,
                       offset_ + range.first * sizeof(Row), offset_ + range.last * sizeof(Row) - 1);
  }

  std::string damaged_ranges() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(damaged_.size(), kRangesNamed); ++i) {
      text += fmt::format("{}{}", i == 0 ? "" : ", ", range_text(damaged_[i]));
    }
    if (damaged_.size() <= kRangesNamed) return text;
    return text + fmt::format(" and {} more ranges", damaged_.size() - kRangesNamed);
  }

  /// Describes the damage that the hashes reveal; "" if there is none.
  std::string damage() const {
    const bool fits_manifest = hex64(whole_.digest()) == info_.hash;
    if (damaged_.empty() && fits_manifest) return "";
    if (damaged_.empty()) {
      return "all rows match the shard's own checksums but not the manifest: one of the two is "
             "damaged or belongs to another dataset";
    }
    if (!fits_manifest) return damaged_ranges() + " damaged";
    return fmt::format("the checksums of {} are damaged, not the rows", damaged_ranges());
  }

  std::string broken_rules() const {
    if (bad_rows_ == 0) return "";
    return fmt::format("{}{} the rules of the encoding, first {}", bad_rows_,
                       bad_rows_ == 1 ? " row breaks" : " rows break", first_bad_);
  }

  std::optional<std::string> describe() const {
    const std::string hashes = damage(), rules = broken_rules();
    if (hashes.empty() && rules.empty()) return std::nullopt;
    const bool both = !hashes.empty() && !rules.empty();
    return fmt::format("{}: {}{}{}", info_.file, hashes, both ? "; " : "", rules);
  }

  const Encoding& encoding_;
  const ShardInfo& info_;
  std::uint64_t offset_;  // bytes from the file's start to row 0
  bool check_rows_;
  hdf5::File file_;
  hdf5::Dataset tokens_;
  std::vector<Row> block_;
  Xxh3 whole_;
  std::vector<Range> damaged_;
  std::uint64_t bad_rows_ = 0;
  std::string first_bad_;
};

}  // namespace

std::optional<std::string> find_shard_damage(const std::filesystem::path& dataset,
                                             const Manifest& manifest, Split split,
                                             std::size_t shard, VerifyRows rows) {
  const ShardInfo& info = manifest.split(split).shards.at(shard);
  try {
    const ShardLocation location = locate_shard(dataset, manifest, split, shard);
    return ShardCheck(dataset, manifest, info, location, rows).run();
  } catch (const SystemError& error) {
    if (error.number() != ENOENT) throw;
    return info.file + ": it is missing";
  } catch (const Error& error) {
    return fmt::format("{}: {}", info.file, error.what());
  }
}

std::vector<std::string> find_unknown_files(const std::filesystem::path& dataset,
                                            const Manifest& manifest) {
  std::set<std::string> known;
  for (const Split split : kSplits) {
    known.insert(virtual_file_name(split));
    for (const ShardInfo& shard : manifest.split(split).shards) known.insert(shard.file);
  }
  std::vector<std::string> unknown;
  for (const auto& entry : std::filesystem::directory_iterator(dataset)) {
    const std::filesystem::path name = entry.path().filename();
    if (name.extension() == ".h5" && !known.contains(name.string()))
      unknown.push_back(name.string());
  }
  std::ranges::sort(unknown);
  return unknown;
}

void verify_share(const std::filesystem::path& dataset, const Manifest& manifest,
                  std::span<const Split> splits, int rank, int ranks) {
  std::size_t number = 0, damaged = 0;
  std::string first;
  for (const Split split : splits) {
    for (std::size_t shard = 0; shard < manifest.split(split).shards.size(); ++shard) {
      if (std::cmp_not_equal(number++ % ranks, rank)) continue;
      const auto damage = find_shard_damage(dataset, manifest, split, shard, VerifyRows::kNo);
      if (damage && damaged++ == 0) first = *damage;
    }
  }
  if (damaged == 0) return;
  throw Error(
      fmt::format("damaged shard in {}: {}{}; run amt prepare again, or amt inspect --verify for "
                  "the complete list",
                  dataset.string(), first,
                  damaged > 1 ? fmt::format("; and {} more damaged", damaged - 1) : ""));
}

}  // namespace amt
