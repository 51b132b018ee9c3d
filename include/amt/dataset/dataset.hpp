// Reads a dataset: the rows of a split by index, in training order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "amt/dataset/manifest.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Whether a reader verifies the checksum of each block of 4096 rows when it first uses one of
/// them. Not necessary if the shards have been verified before (verify.hpp).
enum class Checksums : bool { kVerifiedBefore, kOfRowsUsed };

/// One split of a dataset. Shards are mapped into memory, not read: opening is cheap, and a row
/// costs at most a page fault. Thread-safe after construction. Local.
class SplitReader {
 public:
  /// Throws an Error naming the file if a shard is missing, has another shape, or contradicts the
  /// manifest.
  SplitReader(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
              Checksums checksums = Checksums::kVerifiedBefore);
  ~SplitReader();
  SplitReader(SplitReader&&) noexcept;
  SplitReader& operator=(SplitReader&&) noexcept;

  std::uint64_t rows() const;

  /// Returns the tokens of one row, valid for the lifetime of the reader. Throws Error if index >=
  /// rows(), and for the same reasons as read().
  std::span<const Token> row(std::uint64_t index) const;

  /// Copies rows first, first + 1, ... (modulo rows(), so that reading wraps around) to `out`,
  /// which must have count x kContextLength tokens. Throws an Error naming the shard and the rows
  /// if their checksum is wrong, or if a token is outside the dataset's vocabulary.
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const;

 private:
  struct Shard;
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace amt
