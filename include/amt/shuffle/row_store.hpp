// Stores the rows of the shards that one rank will write: in memory up to a budget, otherwise on
// disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "amt/shuffle/row_arena.hpp"
#include "amt/shuffle/row_key.hpp"

namespace amt {

/// Collects rows by slot (one slot for each shard of this rank), then yields each slot's rows in
/// order of RowId. When the rows in memory exceed the budget, appends all of them to one spill file
/// per slot. Taking a slot that is larger than the budget needs 24 bytes of memory per row; a
/// smaller one is read into memory completely. Local; not thread-safe.
///
/// A spill file is a plain sequence of KeyedRow in the machine's byte order, without a header: only
/// this process reads it, and it is removed with the store.
class RowStore {
 public:
  /// `folder` is created when first needed; `budget` is the memory for rows in bytes.
  RowStore(std::filesystem::path folder, std::uint64_t budget, std::size_t slots);
  ~RowStore();
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  void add(std::size_t slot, const RowId& id, const Row& row);

  /// Reduces the budget by `bytes`, for another use, until lend(0). Spills rows that exceed the
  /// remaining budget at once, and frees their memory.
  void lend(std::uint64_t bytes);

  std::uint64_t rows(std::size_t slot) const;
  std::uint64_t spilled_bytes() const { return spilled_; }

  /// Calls `sink` with each of the slot's rows in order of RowId, and removes them. Slots may be
  /// taken in any order, each once, after the last add().
  using Sink = std::function<void(const Row&)>;
  void take(std::size_t slot, const Sink& sink);

 private:
  /// A row in the arena and its sort key.
  struct Held {
    RowId id;
    std::uint32_t number;
  };
  static constexpr std::uint64_t kHeldBytes = sizeof(Row) + sizeof(Held);
  struct Slot {
    std::vector<Held> held;
    std::uint64_t spilled = 0;  // rows in the spill file
  };
  void spill();
  std::filesystem::path spill_file(std::size_t slot) const;

  std::filesystem::path folder_;
  std::uint64_t whole_budget_;
  std::uint64_t budget_;  // the part that is not lent
  std::uint64_t spilled_ = 0;
  RowArena arena_;
  std::vector<Slot> slots_;
};

}  // namespace amt
