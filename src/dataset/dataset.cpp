#include "amt/dataset/dataset.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/mapped_file.hpp"
#include "amt/dataset/shard.hpp"

namespace amt {
/// A shard that is not empty.
struct SplitReader::Shard {
  std::string file;
  std::uint64_t first_row = 0;  // index within the split
  std::uint64_t rows = 0;
  MappedFile map;
  std::vector<std::uint64_t> checksums;        // empty if not requested
  std::unique_ptr<std::atomic<bool>[]> whole;  // whether each checksum has been verified

  std::span<const std::byte> bytes_of(std::uint64_t row, std::uint64_t count) const {
    return map.bytes().subspan(row * sizeof(Row), count * sizeof(Row));
  }

  /// Throws Error if the checksum that covers `row` is wrong. Two threads may check it at the same
  /// time.
  void check(std::uint64_t row) const {
    const std::uint64_t block = row / kChecksumRows;
    if (checksums.empty() || whole[block]) return;
    const std::uint64_t first = block * kChecksumRows;
    const std::uint64_t count = std::min(kChecksumRows, rows - first);
    if (xxh3_64(bytes_of(first, count)) != checksums[block]) {
      throw Error(
          fmt::format("{}: rows {} to {} do not match their checksum: they are damaged; run amt "
                      "prepare again, or amt inspect --verify for the complete list",
                      file, first, first + count - 1));
    }
    whole[block] = true;
  }
};

namespace {

std::vector<std::uint64_t> checksums_of(const std::filesystem::path& path, std::uint64_t rows) try {
  return read_checksums(hdf5::File::open(path), rows);
} catch (const SystemError&) {
  throw;
} catch (const Error& error) {
  throw Error(fmt::format("{}: {}; run amt prepare again", path.string(), error.what()));
}

}  // namespace

struct SplitReader::Shards {
  std::vector<Shard> all;
  std::uint64_t rows = 0;
  int vocabulary = 0;
  Split split = Split::kTrain;

  const Shard& of_row(std::uint64_t index) const {
    if (index >= rows)
      throw Error(fmt::format("row {} is beyond the split's {} rows", index, rows));
    return *std::prev(std::ranges::upper_bound(all, index, {}, &Shard::first_row));
  }

  std::span<const Token> row(std::uint64_t index) const {
    const Shard& shard = of_row(index);
    shard.check(index - shard.first_row);
    const std::byte* data = shard.bytes_of(index - shard.first_row, 1).data();
    return {reinterpret_cast<const Token*>(data), kContextLength};
  }

  /// Throws Error if a token would exceed the bounds of a model's tables.
  void check_tokens(std::uint64_t index, std::span<const Token> row) const {
    const Token largest = std::ranges::max(row);
    if (largest < vocabulary) return;
    const Shard& shard = of_row(index);
    throw Error(fmt::format(
        "{}: row {} has the token {}, but the encoding has only {} tokens (row {} of the {} "
        "split): it "
        "is damaged; run amt prepare again",
        shard.file, index - shard.first_row, largest, vocabulary, index, split_name(split)));
  }
};

SplitReader::SplitReader(const std::filesystem::path& dataset, const Manifest& manifest,
                         Split split, Checksums checksums)
    : shards_(std::make_unique<Shards>()) {
  const SplitInfo& info = manifest.split(split);
  shards_->vocabulary = manifest.vocabulary;
  shards_->split = split;
  for (std::size_t i = 0; i < info.shards.size(); ++i) {
    const ShardLocation at = locate_shard(dataset, manifest, split, i);
    if (at.rows == 0) continue;
    const std::filesystem::path path = dataset / info.shards[i].file;
    Shard shard = {path.string(),
                   shards_->rows,
                   at.rows,
                   MappedFile(path, at.offset, at.rows * sizeof(Row)),
                   {},
                   nullptr};
    if (checksums == Checksums::kOfRowsUsed) {
      shard.checksums = checksums_of(path, at.rows);
      shard.whole = std::make_unique<std::atomic<bool>[]>(shard.checksums.size());
    }
    shards_->all.push_back(std::move(shard));
    shards_->rows += at.rows;
  }
}

SplitReader::~SplitReader() = default;
SplitReader::SplitReader(SplitReader&&) noexcept = default;
SplitReader& SplitReader::operator=(SplitReader&&) noexcept = default;

std::uint64_t SplitReader::rows() const { return shards_->rows; }

std::span<const Token> SplitReader::row(std::uint64_t index) const {
  const std::span<const Token> row = shards_->row(index);
  shards_->check_tokens(index, row);
  return row;
}

void SplitReader::read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const {
  if (out.size() != count * kContextLength) {
    throw Error(fmt::format("a buffer of {} tokens does not fit {} rows", out.size(), count));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t index = (first + i) % rows();
    const std::span<const Token> from = shards_->row(index);
    const std::span<Token> to = out.subspan(i * kContextLength, kContextLength);
    std::ranges::copy(from, to.begin());
    shards_->check_tokens(index, to);  // checks the copy, because the file may change
  }
}

}  // namespace amt
