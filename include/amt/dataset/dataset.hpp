// Reading a dataset: the rows of a split, by index, in the order in which they are trained on.
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

/// Whether rows are compared with the checksums of their shard, of 4096 rows each, when the first
/// of them is used. For readers that have not verified the shards before (verify.hpp).
enum class Checksums : bool { kVerifiedBefore, kOfRowsUsed };

/// One split of a dataset. Shards are mapped into memory, not read: opening is cheap, a row costs a
/// page fault at most. Thread-safe after construction. Local.
class SplitReader {
 public:
  /// Error naming the file if a shard is missing, of another shape, or not what the manifest says.
  SplitReader(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
              Checksums checksums = Checksums::kVerifiedBefore);
  ~SplitReader();
  SplitReader(SplitReader&&) noexcept;
  SplitReader& operator=(SplitReader&&) noexcept;

  std::uint64_t rows() const;

  /// The tokens of one row, as long as the reader lives. Error if index >= rows(), and those of
  /// read().
  std::span<const Token> row(std::uint64_t index) const;

  /// Copies rows first, first + 1, ... (modulo rows(): round and round) into out, which holds
  /// count x kContextLength tokens. Error naming the shard and its rows if they do not have
  /// their checksum, or if a token is outside the dataset's vocabulary.
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const;

 private:
  struct Shard;
  struct Shards;
  std::unique_ptr<Shards> shards_;
};

}  // namespace amt
