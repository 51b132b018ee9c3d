#include "amt/collective/reducer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/ops/buffer.hpp"
#include "support/passing_ops.hpp"

namespace amt {
namespace {

class ReducerTest : public testing::Test {
 protected:
  /// Returns integers, whose sums are exact in any order.
  std::vector<float> values(std::size_t count, int rank) const {
    std::vector<float> all(count);
    for (std::size_t i = 0; i < count; ++i)
      all[i] = static_cast<float>((i * 7 + 1) % 1000 * (rank + 1));
    return all;
  }
  /// Returns the sum of values(count, rank) over all ranks.
  std::vector<float> expected(std::size_t count) const {
    std::vector<float> all = values(count, 0);
    int sum = 0;
    for (int rank = 0; rank < world_.size(); ++rank) sum += rank + 1;
    for (float& value : all) value *= static_cast<float>(sum);
    return all;
  }
  std::vector<float> fetch(const Buffer& buffer) const {
    std::vector<float> host(buffer.bytes() / sizeof(float));
    ops_->to_host(host.data(), buffer.as<float>(), buffer.bytes());
    return host;
  }
  Buffer device(const std::vector<float>& host) const {
    Buffer buffer = Buffer::floats(*ops_, static_cast<Dim>(host.size()));
    ops_->to_device(buffer.as<float>(), host.data(), buffer.bytes());
    return buffer;
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  std::unique_ptr<Reducer> reducer_ = make_mpi_reducer(*ops_, world_);
};

TEST_F(ReducerTest, SumsRangesFromTheBackToTheFront) {
  constexpr std::int64_t kCount = 100'000, kPiece = 1000;
  const Buffer buffer = device(values(kCount, world_.rank()));
  for (std::int64_t begin = kCount - kPiece; begin >= 0; begin -= kPiece) {
    reducer_->all_reduce(buffer.as<float>() + begin, kPiece);
  }
  reducer_->wait();
  EXPECT_EQ(fetch(buffer), expected(kCount));
}

TEST_F(ReducerTest, SumsRangesThatAreNotAdjacent) {
  const Buffer buffer = device(values(1000, world_.rank()));
  for (const auto& [begin, end] : std::array<std::pair<int, int>, 5>{
           {{0, 100}, {700, 900}, {100, 100}, {300, 700}, {100, 300}}}) {
    reducer_->all_reduce(buffer.as<float>() + begin, end - begin);
  }
  reducer_->wait();
  std::vector<float> sums = expected(1000);
  const std::vector<float> mine = values(1000, world_.rank());
  std::copy(mine.begin() + 900, mine.end(), sums.begin() + 900);  // this range was not reduced
  EXPECT_EQ(fetch(buffer), sums);
}

TEST_F(ReducerTest, SumsMoreBucketsThanMayBeInFlight) {
  constexpr std::int64_t kCount = 40'000'000;  // six full buckets and a partial one, in one range
  const Buffer buffer = device(values(kCount, world_.rank()));
  reducer_->all_reduce(buffer.as<float>(), kCount);
  reducer_->wait();
  EXPECT_TRUE(fetch(buffer) == expected(kCount));
}

/// Counts the buckets that have left the device and have not returned yet.
class CountingOps final : public Implement<CountingOps, test::PassingOps, Operators> {
 public:
  explicit CountingOps(Ops& to) : Implement(to) {}
  void to_host(void* host, const void* device, std::size_t bytes) override {
    most_ = std::max(most_, ++in_flight_);
    test::PassingOps::to_host(host, device, bytes);
  }
  void to_device(void* device, const void* host, std::size_t bytes) override {
    --in_flight_;
    test::PassingOps::to_device(device, host, bytes);
  }
  template <class Op>
  void execute(const Op& op) {
    to_.run(op);
  }
  int most() const { return most_; }

 private:
  int in_flight_ = 0, most_ = 0;
};

// This bounds the host memory in use, whatever the model's size.
TEST_F(ReducerTest, AtMostFourBucketsAreInFlight) {
  constexpr std::int64_t kCount = 40'000'000;  // six full buckets and a partial one
  const Buffer buffer = device(std::vector<float>(kCount, 1));
  CountingOps ops(*ops_);
  const std::unique_ptr<Reducer> reducer = make_mpi_reducer(ops, world_);
  reducer->all_reduce(buffer.as<float>(), kCount);
  reducer->wait();
  EXPECT_EQ(ops.most(), 4);
}

TEST_F(ReducerTest, CanBeReusedAndCanWaitWithoutRanges) {
  reducer_->wait();
  const Buffer buffer = device(values(10, world_.rank()));
  for (int round = 0; round < 3; ++round) {
    reducer_->all_reduce(buffer.as<float>(), 10);
    reducer_->wait();
  }
  std::vector<float> sums = expected(10);
  for (float& value : sums) value *= std::pow(static_cast<float>(world_.size()), 2.0f);
  EXPECT_EQ(fetch(buffer), sums);
}

TEST_F(ReducerTest, AllRanksGetTheSameBits) {
  std::vector<float> mine(12345);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    mine[i] = std::sin(static_cast<float>(i) * static_cast<float>(world_.rank() + 1));
  }
  const Buffer buffer = device(mine);
  reducer_->all_reduce(buffer.as<float>(), 12345);
  reducer_->wait();
  const std::vector<float> sums = fetch(buffer);
  const std::string bytes(reinterpret_cast<const char*>(sums.data()), sums.size() * sizeof(float));
  for (const std::string& other : world_.all_gather(bytes)) EXPECT_TRUE(other == bytes);
}

TEST_F(ReducerTest, RepeatedSumsGiveTheSameBits) {
  // Very different magnitudes: another order of summation would round differently.
  std::vector<float> mine(300'000);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const auto x = static_cast<float>(i + 1) * static_cast<float>(world_.rank() + 1);
    mine[i] = std::sin(x) * std::exp(8 * std::cos(1.7f * x));
  }
  std::vector<float> first;
  for (int round = 0; round < 5; ++round) {
    const auto reducer = make_mpi_reducer(*ops_, world_);
    const Buffer buffer = device(mine);
    for (std::int64_t begin = 200'000; begin >= 0; begin -= 100'000) {
      reducer->all_reduce(buffer.as<float>() + begin, 100'000);
    }
    reducer->wait();
    if (round == 0) first = fetch(buffer);
    EXPECT_TRUE(fetch(buffer) == first);
    EXPECT_EQ(reducer->reduced_bytes(), mine.size() * sizeof(float));
  }
}

TEST_F(ReducerTest, BroadcastsFromRankZero) {
  const Buffer buffer = device(values(7'000'000, world_.rank()));
  reducer_->broadcast(buffer.as<float>(), 7'000'000);
  EXPECT_TRUE(fetch(buffer) == values(7'000'000, 0));
}

TEST(SingleReducer, ChangesNothing) {
  const auto reducer = make_single_reducer();
  std::vector<float> values = {1, 2, 3};
  reducer->broadcast(values.data(), 3);
  reducer->all_reduce(values.data(), 3);
  reducer->wait();
  EXPECT_EQ(values, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(reducer->reduced_bytes(), 0u);
}

}  // namespace
}  // namespace amt
