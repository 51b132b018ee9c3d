#include "amt/shuffle/row_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "amt/base/files.hpp"
#include "spill_file.hpp"

namespace amt {
namespace {

constexpr std::size_t kPieceRows = 1024;  // read or written at once

/// The sort key of a row in a spill file, and its position there.
struct Spilled {
  RowId id;
  std::uint64_t place;
};

/// Takes a shard that fits into memory: reads the file once and sorts in memory.
void take_whole(const SpillReader& file, std::uint64_t rows, const RowStore::Sink& sink) {
  std::vector<KeyedRow> all(rows);
  file.read(0, all);
  std::vector<const KeyedRow*> order;
  order.reserve(rows);
  for (const KeyedRow& row : all) order.push_back(&row);
  std::ranges::sort(order, {}, [](const KeyedRow* row) -> const RowId& { return row->id; });
  for (const KeyedRow* row : order) sink(row->tokens);
}

/// Takes a shard that is larger than the budget: reads the file twice, the second time in random
/// order.
void take_by_place(const SpillReader& file, std::uint64_t rows, const RowStore::Sink& sink) {
  std::vector<Spilled> order;
  order.reserve(rows);
  std::vector<KeyedRow> piece;
  for (std::uint64_t at = 0; at < rows; at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kPieceRows, rows - at));
    file.read(at, piece);
    for (std::size_t i = 0; i < piece.size(); ++i) order.push_back({piece[i].id, at + i});
  }
  std::ranges::sort(order, {}, &Spilled::id);
  piece.resize(1);
  for (const Spilled& row : order) {
    file.read(row.place, piece);
    sink(piece[0].tokens);
  }
}

}  // namespace

RowStore::RowStore(std::filesystem::path folder, std::uint64_t budget, std::size_t slots)
    : folder_(std::move(folder)), whole_budget_(budget), budget_(budget), slots_(slots) {}

RowStore::~RowStore() {
  if (spilled_ == 0) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path RowStore::spill_file(std::size_t slot) const {
  return folder_ / fmt::format("slot-{}", slot);
}

void RowStore::lend(std::uint64_t bytes) {
  budget_ = whole_budget_ - std::min(bytes, whole_budget_);
  if (bytes == 0) return;
  if (arena_.rows() * kHeldBytes > budget_) spill();
  if (arena_.rows() == 0) arena_.release();  // frees the memory of rows spilled earlier, too
}

void RowStore::add(std::size_t slot, const RowId& id, const Row& row) {
  if ((arena_.rows() + 1) * kHeldBytes > budget_ && arena_.rows() > 0) spill();
  slots_[slot].held.push_back({id, arena_.add(row)});
}

std::uint64_t RowStore::rows(std::size_t slot) const {
  return slots_[slot].held.size() + slots_[slot].spilled;
}

void RowStore::spill() {
  if (arena_.rows() == 0) return;
  make_folders(folder_);
  std::vector<KeyedRow> piece;
  piece.reserve(kPieceRows);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    Slot& slot = slots_[s];
    if (slot.held.empty()) continue;
    SpillWriter file(spill_file(s));  // not kept open, because there may be too many slots
    for (const Held& held : slot.held) {
      piece.push_back({held.id, arena_[held.number]});
      if (piece.size() == kPieceRows) file.append(std::exchange(piece, {}));
    }
    file.append(piece);
    piece.clear();
    slot.spilled += slot.held.size();
    std::vector<Held>().swap(slot.held);
  }
  spilled_ += arena_.rows() * sizeof(KeyedRow);
  arena_.clear();
}

void RowStore::take(std::size_t slot_number, const Sink& sink) {
  // If the budget was ever too small, everything is spilled first, so that each shard then has all
  // the memory.
  if (spilled_ > 0) {
    spill();
    arena_.release();
  }
  Slot& slot = slots_[slot_number];
  if (slot.spilled == 0) {
    std::vector<Held> held = std::exchange(slot.held, {});
    std::ranges::sort(held, {}, &Held::id);
    for (const Held& row : held) sink(arena_[row.number]);
    return;
  }
  const std::uint64_t rows = std::exchange(slot.spilled, 0);
  {
    const SpillReader file(spill_file(slot_number));
    const bool fits = rows * (sizeof(KeyedRow) + sizeof(void*)) <= budget_;
    fits ? take_whole(file, rows, sink) : take_by_place(file, rows, sink);
  }
  std::filesystem::remove(spill_file(slot_number));
}

}  // namespace amt
