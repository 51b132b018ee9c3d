// Computes the order of a global shuffle as a pure function.
//
// Each row has a 64-bit key from Philox. Sorting by (key, unit, row) gives a uniformly random
// permutation that depends only on (corpus, seed). A shard covers a range of keys, so a row's shard
// is known as soon as the row exists.
#pragma once

#include <compare>
#include <cstdint>

#include "amt/corpus/split.hpp"
#include "amt/random/philox.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// The sort key of a row.
struct RowId {
  std::uint64_t key = 0;
  std::uint32_t unit = 0;
  std::uint32_t row = 0;  ///< number within its unit
  friend auto operator<=>(const RowId&, const RowId&) = default;
};

/// A row in transit to its shard: 2064 bytes without padding, sent and spilled unchanged.
struct KeyedRow {
  RowId id;
  Row tokens;
};
static_assert(sizeof(KeyedRow) == 16 + 2 * kContextLength);

constexpr std::uint64_t row_key(std::uint64_t seed, Split split, std::uint32_t unit,
                                std::uint32_t row) {
  const PhiloxBlock words = philox4x32_10({unit, row, index_of(split), 0}, philox_key(seed));
  return std::uint64_t{words[0]} << 32 | words[1];
}

/// Returns the shard s of S whose range [s, s + 1) x 2^64 / S contains the key.
constexpr std::size_t shard_of(std::uint64_t key, std::size_t shards) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>(Wide{key} * shards >> 64);
}

}  // namespace amt
