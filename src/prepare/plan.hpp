// Divides a preprocessing job among the ranks: a pure function of corpus, options and number of
// ranks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/file_reader.hpp"
#include "amt/corpus/units.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// A shard that a rank will write.
struct ShardSlot {
  Split split = Split::kTrain;
  std::size_t shard = 0;
};

class Plan {
 public:
  Plan(Corpus corpus, const PrepareOptions& options, int ranks);

  const Corpus& corpus() const { return corpus_; }
  const std::vector<Unit>& units() const { return units_; }
  int owner(const Unit& unit) const { return owners_[unit.index]; }

  /// Returns the files of a rank's units, in the order of the units and, within a unit, of their
  /// names.
  ReadingOrder reading_order(int rank) const;

  /// Returns the number of shards. For the training split it depends on the corpus's size and not
  /// on the ranks; the other splits have one shard for each unit, in order of the units.
  std::size_t shards(Split split) const { return shards_[index_of(split)]; }
  std::size_t shard_of_unit(const Unit& unit) const { return shard_of_unit_[unit.index]; }
  int owner_of_training_shard(std::size_t shard) const;

  /// Returns the shards that `rank` writes; the functions below give a shard's index among them.
  std::vector<ShardSlot> slots(int rank) const;
  std::size_t slot_of_training_shard(std::size_t shard) const;
  std::size_t slot_of_unit(const Unit& unit) const { return slot_of_unit_[unit.index]; }

  std::uint64_t estimated_training_rows() const { return estimated_rows_; }

  /// Describes the plan in several lines, for --dry-run.
  std::string describe() const;

 private:
  Corpus corpus_;
  int ranks_;
  std::vector<Unit> units_;
  std::vector<int> owners_;
  std::vector<std::size_t> shard_of_unit_;  // 0 for training units
  std::vector<std::size_t> slot_of_unit_;   // 0 for training units
  std::uint64_t estimated_rows_ = 0;
  std::size_t shards_[3] = {0, 0, 0};
};

}  // namespace amt
