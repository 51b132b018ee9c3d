#include "amt/collective/shards.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace amt {
namespace {

constexpr std::int64_t kA = Shards::kAlignment;
constexpr std::int64_t kCounts[] = {0,         1,           kA - 1,      kA,
                                    kA + 1,    4 * kA,      4 * kA + 64, 999,
                                    1'000'003, 128'123'904, 355'000'064, 3'000'000'000};

TEST(Shards, CoverTheBufferInTheOrderOfTheRanks) {
  for (const std::int64_t count : kCounts) {
    for (const int ranks : {1, 2, 3, 4, 7, 64, 1000}) {
      const Shards shards(count, ranks);
      std::int64_t next = 0;
      for (int r = 0; r < ranks; ++r) {
        EXPECT_EQ(shards.of(r).begin, next) << count << " floats, rank " << r << " of " << ranks;
        next = shards.of(r).end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

TEST(Shards, AreAlignedAndEqualButForTheLast) {
  for (const std::int64_t count : kCounts) {
    for (const int ranks : {1, 2, 3, 4, 7, 64, 1000}) {
      const Shards shards(count, ranks);
      const std::int64_t each = shards.of(0).count();
      EXPECT_LE(each, (count + ranks - 1) / ranks + kA - 1);
      for (int r = 0; r < ranks; ++r) {
        const Shard shard = shards.of(r);
        if (shard.count() > 0) {
          EXPECT_EQ(shard.begin % kA, 0);
        }
        EXPECT_TRUE(shard.count() == each || shard.end == count) << count << " " << ranks;
      }
    }
  }
}

TEST(Shards, ARangeGoesToItsOwnersInParts) {
  struct Part {
    int owner;
    std::int64_t begin, end;
    bool operator==(const Part&) const = default;
  };
  const auto parts = [](const Shards& shards, Shard range) {
    std::vector<Part> all;
    shards.for_each_part(range, [&](int owner, Shard part) {
      all.push_back({owner, part.begin, part.end});
    });
    return all;
  };
  const Shards shards(3 * kA + 5, 3);  // 2 kA, kA + 5, nothing
  EXPECT_EQ(parts(shards, {0, 3 * kA + 5}),
            (std::vector<Part>{{0, 0, 2 * kA}, {1, 2 * kA, 3 * kA + 5}}));
  EXPECT_EQ(parts(shards, {7, 2 * kA + 1}),
            (std::vector<Part>{{0, 7, 2 * kA}, {1, 2 * kA, 2 * kA + 1}}));
  EXPECT_EQ(parts(shards, {2 * kA, 2 * kA + 1}), (std::vector<Part>{{1, 2 * kA, 2 * kA + 1}}));
  EXPECT_TRUE(parts(shards, {9, 9}).empty());
  EXPECT_EQ(parts(Shards(1000, 1), {1, 1000}), (std::vector<Part>{{0, 1, 1000}}));
}

}  // namespace
}  // namespace amt
