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

/// Whether the shards' checksums, each over 4096 rows, are compared when the first of those rows is
/// used; for readers whose shards have not been verified before (verify.hpp).
enum class Checksums : bool { kVerifiedBefore, kOfRowsUsed };

/// One split of a dataset. Shards are mapped into memory, not read: opening is cheap, and a row
/// costs at most a page fault. Thread-safe after construction. Local.
class SplitReader {
 public:
  /// Error naming the file if a shard is missing, has another shape, or contradicts the manifest.
  SplitReader(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
              Checksums checksums = Checksums::kVerifiedBefore);
  ~SplitReader();
  SplitReader(SplitReader&&) noexcept;
  SplitReader& operator=(SplitReader&&) noexcept;

  std::uint64_t rows() const;

  /// The tokens of one row, valid as long as the reader. Error if index >= rows(), and the errors
  /// of read().
  std::span<const Token> row(std::uint64_t index) const;

  /// Copies rows first, first + 1, ... (modulo rows(), so that reading wraps around) to `out`,
  /// which must have count x kContextLength tokens. Error naming the shard and the rows if their
  /// checksum is wrong, or if a token is outside the dataset's vocabulary.
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const;

 private:
  struct Shard;
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace amt
