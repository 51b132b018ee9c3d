// Tests sums that are sent to the slices' owners, and the gathering of updated slices.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "amt/collective/reducer.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/ops/buffer.hpp"

namespace amt {
namespace {

class SlicedReducerTest : public testing::Test {
 protected:
  Buffer device(const std::vector<float>& host) const {
    Buffer buffer = Buffer::floats(*ops_, static_cast<Dim>(host.size()));
    ops_->to_device(buffer.as<float>(), host.data(), buffer.bytes());
    return buffer;
  }
  static std::vector<float> fetch(const Buffer& buffer, Slice slice) {
    return {buffer.as<float>() + slice.begin, buffer.as<float>() + slice.end};
  }
  SlicedBuffer sliced(const Buffer& buffer) const {
    const auto floats = static_cast<std::int64_t>(buffer.bytes() / sizeof(float));
    return {buffer.as<float>(), Slices(floats, world_.size())};
  }
  Slice mine(const SlicedBuffer& buffer) const { return buffer.slices.of(world_.rank()); }

  /// Returns this rank's values. Their magnitudes differ so much that each order of summation
  /// rounds differently.
  std::vector<float> values(std::int64_t count) const {
    std::vector<float> all(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto x = static_cast<float>(i + 1) * static_cast<float>(world_.rank() + 1);
      all[i] = std::sin(x) * std::exp(8 * std::cos(1.7f * x));
    }
    return all;
  }

  /// Reduces all of `buffer` in `pieces` ranges, from back to front like a backward pass.
  void sum_to_owners(const SlicedBuffer& buffer, std::int64_t pieces) {
    const std::int64_t count = buffer.slices.count();
    for (std::int64_t i = pieces; i-- > 0;) {
      reducer_->reduce_scatter(buffer, {i * count / pieces, (i + 1) * count / pieces});
    }
    reducer_->wait();
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  std::unique_ptr<Reducer> reducer_ = make_mpi_reducer(*ops_, world_);
};

TEST_F(SlicedReducerTest, EachOwnerReceivesItsSums) {
  for (const std::int64_t count :
       {1, 127, 129, 100'003, 15'000'000}) {  // the last one needs three buckets
    std::vector<float> whole(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < whole.size(); ++i) {
      whole[i] = static_cast<float>(i % 1000 * static_cast<std::size_t>(world_.rank() + 1));
    }
    const Buffer buffer = device(whole);
    const SlicedBuffer gradients = sliced(buffer);
    sum_to_owners(gradients, 7);
    const Slice slice = mine(gradients);
    const int n = world_.size(), sum_of_ranks = n * (n + 1) / 2;
    std::vector<float> expected;
    for (std::int64_t i = slice.begin; i < slice.end; ++i) {
      expected.push_back(static_cast<float>(i % 1000 * sum_of_ranks));
    }
    EXPECT_TRUE(fetch(buffer, slice) == expected) << count;
  }
}

// Two numbers have only one sum; with three or more ranks, the order of additions may differ from
// that of all_reduce().
TEST_F(SlicedReducerTest, SumsEqualAllReduceUpToRounding) {
  constexpr std::int64_t kCount = 300'001;
  const Buffer buffer = device(values(kCount)), whole = device(values(kCount));
  sum_to_owners(sliced(buffer), 5);
  reducer_->all_reduce(whole.as<float>(), kCount);
  reducer_->wait();
  const Slice slice = mine(sliced(buffer));
  const std::vector<float> sums = fetch(buffer, slice), expected = fetch(whole, slice);
  for (std::size_t i = 0; i < sums.size(); ++i) ASSERT_NEAR(sums[i], expected[i], 4e-3) << i;
  if (world_.size() <= 2) {
    EXPECT_TRUE(sums == expected);
  }
}

TEST_F(SlicedReducerTest, RepeatedSumsGiveTheSameBits) {
  std::vector<float> first;
  for (int round = 0; round < 5; ++round) {
    const Buffer buffer = device(values(300'001));
    const SlicedBuffer gradients = sliced(buffer);
    const std::uint64_t before = reducer_->reduced_bytes();
    sum_to_owners(gradients, 3);
    EXPECT_EQ(reducer_->reduced_bytes() - before, 300'001 * sizeof(float));
    const std::vector<float> sums = fetch(buffer, mine(gradients));
    if (round == 0) first = sums;
    EXPECT_TRUE(sums == first) << "round " << round;
  }
}

TEST_F(SlicedReducerTest, BothKindsOfSumsCanAlternate) {
  const Buffer one = device(std::vector<float>(1000, 1)), other = device(std::vector<float>(9, 1));
  sum_to_owners(sliced(one), 2);
  reducer_->all_reduce(other.as<float>(), 9);
  reducer_->wait();
  const auto n = static_cast<float>(world_.size());
  EXPECT_EQ(fetch(other, {0, 9}), std::vector<float>(9, n));
  const Slice slice = mine(sliced(one));
  EXPECT_EQ(fetch(one, slice), std::vector<float>(static_cast<std::size_t>(slice.count()), n));
}

TEST_F(SlicedReducerTest, GathersSlicesOnAllRanks) {
  for (const std::int64_t count : {1, 100, 129, 513, 100'003, 15'000'000}) {
    std::vector<float> whole(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<float>(i % 9973);
    const Slice slice = Slices(count, world_.size()).of(world_.rank());
    std::vector<float> part(whole.size(), -1.0f);
    std::copy(whole.begin() + slice.begin, whole.begin() + slice.end, part.begin() + slice.begin);
    const Buffer buffer = device(part);
    reducer_->all_gather(sliced(buffer));
    EXPECT_TRUE(fetch(buffer, {0, count}) == whole) << count;
  }
}

TEST(SingleReducer, OwnsEverything) {
  const auto reducer = make_single_reducer();
  std::vector<float> values = {1, 2, 3};
  const SlicedBuffer buffer{values.data(), Slices(3, 1)};
  reducer->reduce_scatter(buffer, {0, 3});
  reducer->wait();
  reducer->all_gather(buffer);
  reducer->poll();
  EXPECT_EQ(values, (std::vector<float>{1, 2, 3}));
}

}  // namespace
}  // namespace amt
