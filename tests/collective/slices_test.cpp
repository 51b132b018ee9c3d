#include "amt/collective/slices.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace amt {
namespace {

constexpr std::int64_t kA = Slices::kAlignment;
constexpr std::int64_t kCounts[] = {0,         1,           kA - 1,      kA,
                                    kA + 1,    4 * kA,      4 * kA + 64, 999,
                                    1'000'003, 128'123'904, 355'000'064, 3'000'000'000};

TEST(Slices, CoverTheBufferInRankOrder) {
  for (const std::int64_t count : kCounts) {
    for (const int ranks : {1, 2, 3, 4, 7, 64, 1000}) {
      const Slices slices(count, ranks);
      std::int64_t next = 0;
      for (int r = 0; r < ranks; ++r) {
        EXPECT_EQ(slices.of(r).begin, next) << count << " floats, rank " << r << " of " << ranks;
        next = slices.of(r).end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

TEST(Slices, AreAlignedAndEqualExceptForTheRemainder) {
  for (const std::int64_t count : kCounts) {
    for (const int ranks : {2, 3, 4, 7, 64, 1000}) {
      const Slices slices(count, ranks);
      const std::int64_t each = slices.equal(), rest = count - ranks * each;
      EXPECT_EQ(each % kA, 0);
      EXPECT_GE(rest, 0);
      EXPECT_LT(rest, ranks * kA);
      for (int r = 0; r < ranks; ++r) {
        EXPECT_EQ(slices.of(r).count(), each + (r + 1 == ranks ? rest : 0))
            << count << " " << ranks;
      }
    }
  }
}

TEST(Slices, ARangeIsSplitAmongItsOwners) {
  struct Part {
    int owner;
    std::int64_t begin, end;
    bool operator==(const Part&) const = default;
  };
  const auto parts = [](const Slices& slices, Slice range) {
    std::vector<Part> all;
    slices.for_each_part(range, [&](int owner, Slice part) {
      all.push_back({owner, part.begin, part.end});
    });
    return all;
  };
  const Slices slices({0, 2 * kA, 3 * kA + 5, 3 * kA + 5});
  EXPECT_EQ(parts(slices, {0, 3 * kA + 5}),
            (std::vector<Part>{{0, 0, 2 * kA}, {1, 2 * kA, 3 * kA + 5}}));
  EXPECT_EQ(parts(slices, {7, 2 * kA + 1}),
            (std::vector<Part>{{0, 7, 2 * kA}, {1, 2 * kA, 2 * kA + 1}}));
  EXPECT_EQ(parts(slices, {2 * kA, 2 * kA + 1}), (std::vector<Part>{{1, 2 * kA, 2 * kA + 1}}));
  EXPECT_TRUE(parts(slices, {9, 9}).empty());
  EXPECT_EQ(parts(Slices(1000, 1), {1, 1000}), (std::vector<Part>{{0, 1, 1000}}));
}

TEST(Slices, CanHaveGivenBoundsAndBeEmpty) {
  const Slices slices({0, 0, 5, 5, 9, 9});
  EXPECT_EQ(slices.count(), 9);
  EXPECT_EQ(slices.ranks(), 5);
  EXPECT_EQ(slices.longest(), 5);
  EXPECT_EQ(slices.equal(), 0);
  EXPECT_EQ(Slices({0, 5, 10, 14}).equal(), 0) << "the last is shorter";
  std::vector<int> owners;
  slices.for_each_part({0, 9}, [&](int owner, Slice) { owners.push_back(owner); });
  EXPECT_EQ(owners, (std::vector<int>{1, 3}));
}

}  // namespace
}  // namespace amt
