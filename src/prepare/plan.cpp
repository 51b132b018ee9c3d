#include "plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "amt/base/strings.hpp"
#include "summary.hpp"

namespace amt {
namespace {

// MIDI bytes per row: about 3,000 in the full Lakh dataset. Affects only the number of shards.
constexpr std::uint64_t kBytesPerRow = 3000;

}  // namespace

Plan::Plan(Corpus corpus, const PrepareOptions& options, int ranks)
    : corpus_(std::move(corpus)),
      ranks_(ranks),
      units_(make_units(corpus_, options.prefix_digits, options.splits)),
      owners_(assign_units(units_, options.augment, ranks)) {
  std::uint64_t bytes = 0;
  for (const Unit& unit : units_) {
    std::size_t& count = shards_[index_of(unit.split)];
    shard_of_unit_.push_back(unit.split == Split::kTrain ? 0 : count++);
    if (unit.split == Split::kTrain) bytes += unit.bytes;
  }
  estimated_rows_ = bytes * options.augment / kBytesPerRow;
  const std::uint64_t per_shard = options.rows_per_shard;
  shards_[0] = std::max<std::size_t>(1, (estimated_rows_ + per_shard - 1) / per_shard);
  slot_of_unit_.resize(units_.size());
  for (int rank = 0; rank < ranks; ++rank) {
    std::size_t slot = 0;
    for (std::size_t s = 0; s < shards_[0]; ++s) slot += owner_of_training_shard(s) == rank;
    for (const Unit& unit : units_) {
      if (unit.split != Split::kTrain && owner(unit) == rank) slot_of_unit_[unit.index] = slot++;
    }
  }
}

ReadingOrder Plan::reading_order(int rank) const {
  ReadingOrder order;
  for (const Unit& unit : units_) {
    if (owner(unit) != rank) continue;
    for (std::size_t i = unit.first; i < unit.last; ++i) order.push_back(&corpus_.files[i]);
  }
  return order;
}

int Plan::owner_of_training_shard(std::size_t shard) const {
  return static_cast<int>(shard % ranks_);
}

std::size_t Plan::slot_of_training_shard(std::size_t shard) const { return shard / ranks_; }

std::vector<ShardSlot> Plan::slots(int rank) const {
  std::vector<ShardSlot> slots;
  for (std::size_t s = 0; s < shards(Split::kTrain); ++s) {
    if (owner_of_training_shard(s) == rank) slots.push_back({Split::kTrain, s});
  }
  for (const Unit& unit : units_) {
    if (unit.split != Split::kTrain && owner(unit) == rank) {
      slots.push_back({unit.split, shard_of_unit(unit)});
    }
  }
  return slots;
}

std::string Plan::describe() const {
  std::string text = fmt::format(
      "{}, {}, {} left out, {}{} unreadable\n", counted(corpus_.files.size(), "file"),
      format_bytes(corpus_.bytes()), counted(corpus_.duplicates, "duplicate"),
      corpus_.clashes.files == 0 ? ""
                                 : fmt::format("{} others with the name of a used file, ",
                                               format_count(corpus_.clashes.files)),
      corpus_.unreadable.size());
  if (!corpus_.passed_over.empty()) text += "  " + passed_over_text(corpus_.passed_over) + '\n';
  for (const Split split : kSplits) {
    std::uint64_t files = 0, bytes = 0, units = 0;
    for (const Unit& unit : units_) {
      if (unit.split != split) continue;
      files += unit.last - unit.first;
      bytes += unit.bytes;
      ++units;
    }
    text +=
        fmt::format("  {}: {}, {}, {}, {}\n", split_name(split), counted(files, "file"),
                    format_bytes(bytes), counted(units, "unit"), counted(shards(split), "shard"));
  }
  text += fmt::format("  about {} training rows, {}\n", format_count(estimated_rows_),
                      format_bytes(2048.0 * static_cast<double>(estimated_rows_)));
  return text;
}

}  // namespace amt
