// Tests NcclReducer with a fake NCCL: which calls it makes, and the order in which a device would
// execute them.
#include "nccl_fixture.hpp"

namespace amt::cuda {
namespace {

/// A range of gradients whose sum was started, and the position in `calls` of the work that wrote
/// it.
struct Started {
  std::int64_t begin, count;
  std::size_t written;
};

constexpr std::int64_t kHalf = kBucketFloats / 2 + 1;
constexpr std::int64_t kAllFloats = 6 * kHalf + 2 * kBucketFloats + 3;

/// With `slices`, each rank receives only the sums of its own slice.
void check_order(Reducer& reducer, const Slices* slices = nullptr) {
  std::vector<Started> started;
  const SlicedBuffer gradients{at(0), slices != nullptr ? *slices : Slices(kAllFloats, 1)};
  const auto start = [&](std::int64_t begin, std::int64_t count) {
    started.push_back({begin, count, fake().mark(kCompute)});
    if (slices == nullptr) return reducer.all_reduce(at(begin), count);
    reducer.reduce_scatter(gradients, {begin, begin + count});
  };
  for (int i = 5; i-- > 0;) start(i * kHalf, kHalf);
  start(6 * kHalf, 2 * kBucketFloats + 3);
  start(5 * kHalf + 100, 10);
  reducer.wait();
  const std::size_t used = fake().mark(kCompute);
  const auto sums = fake().positions(slices == nullptr ? FakeCall::kSum : FakeCall::kReduce);
  ASSERT_GE(sums.size(), 6u);
  EXPECT_GT(fake().follows(used, fake().calls[sums.back()].stream), sums.back());
  for (const Started& s : started) {
    std::int64_t summed = 0;
    for (const std::size_t i : sums) {
      const FakeCall& sum = fake().calls[i];
      EXPECT_NE(sum.stream, kCompute);
      EXPECT_LE(sum.count, kBucketFloats);
      const std::int64_t first = std::max(s.begin, static_cast<std::int64_t>(sum.data - at(0)));
      const std::int64_t end =
          std::min(s.begin + s.count, static_cast<std::int64_t>(sum.data - at(0)) + sum.count);
      if (end <= first) continue;
      summed += end - first;
      EXPECT_GT(fake().follows(i, kCompute), s.written);
    }
    EXPECT_EQ(summed, s.count) << "each float must be summed once";
  }
  for (const std::size_t i : fake().positions(FakeCall::kReduce)) {
    const FakeCall& sum = fake().calls[i];
    const Slice owned = gradients.slices.of(sum.root);
    EXPECT_GE(sum.data, at(owned.begin));
    EXPECT_LE(sum.data + sum.count, at(owned.end));
  }
}

TEST_F(NcclReducerTest, SumsFollowTheirGradientsAndPrecedeTheirUse) {
  make();
  check_order(*reducer_);
}

// In non-blocking mode, work may reach its stream after the call has returned: an event recorded
// before that would not wait for it.
TEST_F(NcclReducerTest, TheOrderIsKeptIfNcclQueuesItsWorkLater) {
  fake().polls = 4;
  make();
  check_order(*reducer_);
  fake().calls.clear();
  check_order(*reducer_);  // again, reusing the events
}

TEST_F(NcclReducerTest, SumsOfSlicesGoToTheirOwnersInTheSameOrder) {
  for (const int polls : {0, 4}) {
    for (const int ranks : {1, 2, 3, 64}) {
      fake() = {};
      fake().polls = polls;
      make();
      const Slices slices(kAllFloats, ranks);
      check_order(*reducer_, &slices);
      EXPECT_TRUE(fake().positions(FakeCall::kSum).empty());
      fake().calls.clear();
      check_order(*reducer_);  // followed by a round of all-reduces
      EXPECT_EQ(fake().groups, static_cast<int>(fake().positions(FakeCall::kSum).size()))
          << "each bucket must be one group call";
    }
  }
}

/// Exchanges slices between two marks, which must be ordered around every call of `kind`. Returns
/// these calls.
std::vector<FakeCall> gather(Reducer& reducer, const Slices& slices, FakeCall::Kind kind) {
  fake().calls.clear();
  const std::size_t before = fake().mark(kCompute);
  reducer.all_gather({at(0), slices});
  reducer.await_gathered(slices.count());
  const std::size_t after = fake().mark(kCompute);
  std::vector<FakeCall> calls;
  for (const std::size_t i : fake().positions(kind)) {
    calls.push_back(fake().calls[i]);
    EXPECT_GT(fake().follows(i, kCompute), before);
    EXPECT_GT(fake().follows(after, calls.back().stream), i);
  }
  return calls;
}

TEST_F(NcclReducerTest, FewRanksExchangeEqualSlicesAtOnce) {
  if (world_.size() == 1) GTEST_SKIP() << "one rank has nothing to exchange";
  fake().polls = 2;
  make();
  const std::int64_t each = 4 * Slices::kAlignment, equal = each * world_.size();
  for (const std::int64_t rest : {0, 5}) {
    const Slices slices(equal + rest, world_.size());
    fake().groups = 0;
    const auto gathered = gather(*reducer_, slices, FakeCall::kGather);
    EXPECT_EQ(fake().groups, 1);
    ASSERT_EQ(gathered.size(), 1u);
    EXPECT_EQ(gathered[0].data, at(0));
    EXPECT_EQ(gathered[0].count, equal);
    const auto broadcast = gather(*reducer_, slices, FakeCall::kBroadcast);
    ASSERT_EQ(broadcast.size(), rest > 0 ? 1u : 0u);
    if (rest == 0) continue;
    EXPECT_EQ(broadcast[0].root, world_.size() - 1);
    EXPECT_EQ(broadcast[0].data, at(equal));
    EXPECT_EQ(broadcast[0].count, rest);
  }
}

TEST_F(NcclReducerTest, OtherSlicesAreBroadcastFromFrontToBack) {
  fake().polls = 2;
  make();
  const Slices slices({0, 100, 100, 3 * kBucketFloats});
  fake().groups = 0;
  const auto pieces = gather(*reducer_, slices, FakeCall::kBroadcast);
  EXPECT_TRUE(fake().positions(FakeCall::kGather).empty());
  EXPECT_EQ(fake().groups, 3) << "one for each bucket";
  ASSERT_EQ(pieces.size(), 4u);
  std::int64_t next = 0;
  for (const FakeCall& piece : pieces) {
    EXPECT_EQ(piece.data, at(next));
    EXPECT_EQ(piece.root, next < 100 ? 0 : 2);
    next += piece.count;
  }
  EXPECT_EQ(next, slices.count());
}

TEST_F(NcclReducerTest, WorkWaitsOnlyForThePartsThatItNeeds) {
  make();
  reducer_->all_gather({at(0), Slices({0, 0, 0, 4 * kBucketFloats})});
  const auto pieces = fake().positions(FakeCall::kBroadcast);
  ASSERT_EQ(pieces.size(), 4u);
  const cudaStream_t stream = fake().calls[pieces[0]].stream;
  const auto waited_for = [&](std::int64_t end) {
    reducer_->await_gathered(end);
    return fake().follows(fake().mark(kCompute), stream);
  };
  for (const std::int64_t end : {kBucketFloats + 1, 2 * kBucketFloats}) {
    EXPECT_GT(waited_for(end), pieces[1]);
    EXPECT_LT(waited_for(end), pieces[2]);
  }
  EXPECT_GT(waited_for(4 * kBucketFloats), pieces[3]);
  reducer_->all_gather({at(0), Slices({0, 0, 0, kBucketFloats})});
  EXPECT_GT(waited_for(1), fake().positions(FakeCall::kBroadcast).back()) << "the next exchange";
  reducer_->wait();
  EXPECT_GT(waited_for(1), fake().positions(FakeCall::kBroadcast).back()) << "long over";
}

TEST_F(NcclReducerTest, ARoundWithoutSumsIsAllowed) {
  make();
  reducer_->wait();
  reducer_->all_reduce(at(0), 0);
  reducer_->wait();
  EXPECT_TRUE(fake().positions(FakeCall::kSum).empty());
  EXPECT_EQ(reducer_->reduced_bytes(), 0u);
}

TEST_F(NcclReducerTest, BroadcastIsSplitAndOrderedBetweenTheWorkAroundIt) {
  fake().polls = 2;
  make();
  const std::size_t before = fake().mark(kCompute);
  reducer_->broadcast(at(0), 2 * kBucketFloats + 1);
  const std::size_t after = fake().mark(kCompute);
  const auto pieces = fake().positions(FakeCall::kBroadcast);
  ASSERT_EQ(pieces.size(), 3u);
  std::int64_t next = 0;
  for (const std::size_t i : pieces) {
    EXPECT_EQ(fake().calls[i].root, 0);
    EXPECT_EQ(fake().calls[i].data, at(next));
    next += fake().calls[i].count;
    EXPECT_GT(fake().follows(i, kCompute), before);
  }
  EXPECT_EQ(next, 2 * kBucketFloats + 1);
  EXPECT_GT(fake().follows(after, fake().calls[pieces[2]].stream), pieces[2]);
}

TEST_F(NcclReducerTest, CountsTheReducedBytes) {
  make();
  reducer_->all_reduce(at(0), 100);
  reducer_->wait();
  reducer_->all_gather({at(0), Slices(1000, world_.size())});
  EXPECT_EQ(reducer_->reduced_bytes(), 100 * sizeof(float));
}

}  // namespace
}  // namespace amt::cuda
