#include "src/prepare/plan.hpp"

#include <gtest/gtest.h>

#include <set>

#include "amt/base/error.hpp"

namespace amt {
namespace {

Corpus corpus_of(std::size_t files) {
  Corpus corpus;
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < files; ++i) {
    const std::size_t place = i * 256 / files;
    std::string md5 = {kDigits[place >> 4], kDigits[place & 15]};
    corpus.files.push_back({md5 + std::string(30, '0'), "x.mid", 100'000 + i});
  }
  return corpus;
}

PrepareOptions many_shards() {
  PrepareOptions options;
  options.augment = 10;
  options.rows_per_shard = 10'000;
  options.prefix_digits = 2;
  return options;
}

TEST(Plan, EveryShardHasOneWriterAndASlot) {
  for (const int ranks : {1, 2, 3, 7, 40, 300}) {
    const Plan plan(corpus_of(1000), many_shards(), ranks);
    std::set<std::pair<Split, std::size_t>> seen;
    for (int r = 0; r < ranks; ++r) {
      const auto slots = plan.slots(r);
      for (std::size_t s = 0; s < slots.size(); ++s) {
        EXPECT_TRUE(seen.emplace(slots[s].split, slots[s].shard).second);
        if (slots[s].split != Split::kTrain) continue;
        EXPECT_EQ(plan.owner_of_training_shard(slots[s].shard), r);
        EXPECT_EQ(plan.slot_of_training_shard(slots[s].shard), s);
      }
    }
    for (const Unit& unit : plan.units()) {
      if (unit.split == Split::kTrain) continue;
      const ShardSlot slot = plan.slots(plan.owner(unit)).at(plan.slot_of_unit(unit));
      EXPECT_EQ(slot.split, unit.split);
      EXPECT_EQ(slot.shard, plan.shard_of_unit(unit));
    }
    EXPECT_EQ(seen.size(), plan.shards(Split::kTrain) + 32);
  }
}

TEST(Plan, ShardsDoNotDependOnTheNumberOfRanks) {
  const Plan one(corpus_of(1000), many_shards(), 1), seven(corpus_of(1000), many_shards(), 7);
  EXPECT_GT(one.shards(Split::kTrain), 7u);
  for (const Split split : kSplits) EXPECT_EQ(one.shards(split), seven.shards(split));
}

TEST(PrepareOptions, RefuseImpossibleValues) {
  const auto refused = [](auto change) {
    PrepareOptions options;
    change(options);
    EXPECT_THROW(options.validate(), UsageError);
  };
  refused([](PrepareOptions& o) { o.augment = 0; });
  refused([](PrepareOptions& o) { o.augment = 7; });
  refused([](PrepareOptions& o) { o.augment = -10; });
  refused([](PrepareOptions& o) { o.augment = 10, o.interarrival = true; });
  refused([](PrepareOptions& o) { o.prefix_digits = 4; });
  refused([](PrepareOptions& o) { o.max_bad_fraction = 1.5; });
  refused([](PrepareOptions& o) { o.rows_per_shard = 0; });
  EXPECT_NO_THROW(PrepareOptions().validate());
}

}  // namespace
}  // namespace amt
