#include "amt/collective/buckets.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace amt {
namespace {

using Range = std::pair<std::int64_t, std::int64_t>;  // first float, count

/// Uses addresses only; no memory is read or written.
class BucketsTest : public testing::Test {
 protected:
  float* at(std::int64_t i) { return reinterpret_cast<float*>(std::uintptr_t{1} << 40) + i; }
  void add(std::int64_t first, std::int64_t count) { buckets_.add(at(first), count); }
  std::vector<Range> take() { return std::exchange(sent_, {}); }

  std::vector<Range> sent_;
  SendPiece note_ = [this](float* data, std::int64_t n) { sent_.emplace_back(data - at(0), n); };
  Buckets buckets_{note_};
};

constexpr std::int64_t kFull = kBucketFloats;

TEST_F(BucketsTest, MergesAdjacentRangesInBothDirections) {
  add(500, 100);
  add(600, 50);
  add(400, 100);
  EXPECT_TRUE(take().empty());
  buckets_.flush();
  EXPECT_EQ(take(), (std::vector<Range>{{400, 250}}));
}

TEST_F(BucketsTest, SendsSeparateRangesInOrderOfArrival) {
  add(500, 100);
  add(601, 10);  // leaves a gap of one float
  add(0, 10);
  EXPECT_EQ(take(), (std::vector<Range>{{500, 100}, {601, 10}}));
  buckets_.flush();
  EXPECT_EQ(take(), (std::vector<Range>{{0, 10}}));
}

TEST_F(BucketsTest, IsSentAsSoonAsItIsFull) {
  add(kFull, kFull - 1);
  EXPECT_TRUE(take().empty());
  add(kFull - 1, 1);
  EXPECT_EQ(take(), (std::vector<Range>{{kFull - 1, kFull}}));
  add(kFull - 2, 1);  // next to a range that was already sent
  buckets_.flush();
  EXPECT_EQ(take(), (std::vector<Range>{{kFull - 2, 1}}));
}

TEST_F(BucketsTest, LongRangesAreSplit) {
  add(7, 2 * kFull + 5);
  EXPECT_EQ(take(), (std::vector<Range>{{7, kFull}, {7 + kFull, kFull}, {7 + 2 * kFull, 5}}));
}

TEST_F(BucketsTest, EmptyRangesSendNothing) {
  buckets_.flush();
  add(5, 0);
  buckets_.flush();
  send_in_pieces(at(0), 0, note_);
  add(5, 1);
  add(9, 0);
  EXPECT_TRUE(take().empty());
  buckets_.flush();
  buckets_.flush();
  EXPECT_EQ(take(), (std::vector<Range>{{5, 1}}));
}

}  // namespace
}  // namespace amt
