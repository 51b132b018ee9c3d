#include "amt/mpi/communicator.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "support/refusal.hpp"

namespace amt::mpi {
namespace {

TEST(Communicator, HasRankAndSize) {
  const Communicator world = Communicator::world();
  EXPECT_GE(world.rank(), 0);
  EXPECT_LT(world.rank(), world.size());
  EXPECT_FALSE(world.host().empty());
  EXPECT_EQ(world.ranks_on_host(), world.size());
  EXPECT_EQ(world.rank_on_host(), world.rank());
}

TEST(Communicator, BroadcastResizesText) {
  const Communicator world = Communicator::world();
  std::string text = world.rank() == 0 ? "a longer text" : "x";
  world.broadcast(text, 0);
  EXPECT_EQ(text, "a longer text");
}

TEST(Communicator, Reductions) {
  const Communicator world = Communicator::world();
  const double n = world.size();
  std::vector<double> sums = {1.0, static_cast<double>(world.rank())};
  world.all_reduce_sum(std::span(sums));
  EXPECT_EQ(sums[0], n);
  EXPECT_EQ(sums[1], n * (n - 1) / 2);
  EXPECT_EQ(world.all_reduce_max(std::int64_t{world.rank()}), world.size() - 1);
  EXPECT_EQ(world.any_of(world.rank() == 0), true);
  EXPECT_EQ(world.all_of(world.rank() == 0), world.size() == 1);
}

TEST(Communicator, ValuesAreCopiedUnchanged) {
  struct Pair {
    std::int64_t number;
    double fraction;
    bool operator==(const Pair&) const = default;
  };
  const Communicator world = Communicator::world();
  const int last = world.size() - 1;
  const Pair mine{(std::int64_t{1} << 62) + world.rank(), 0.1 * world.rank()};
  Pair value = mine;
  world.broadcast_value(value, last);
  EXPECT_EQ(value, (Pair{(std::int64_t{1} << 62) + last, 0.1 * last}));
  const std::vector<Pair> all = world.all_gather_value(mine);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world.size()));
  for (int rank = 0; rank <= last; ++rank) {
    EXPECT_EQ(all[static_cast<std::size_t>(rank)],
              (Pair{(std::int64_t{1} << 62) + rank, 0.1 * rank}));
  }
}

TEST(Communicator, StartedReductionSumsInPlace) {
  const Communicator world = Communicator::world();
  std::vector<float> values(1000, static_cast<float>(world.rank() + 1));
  Request request = world.start_all_reduce_sum(values);
  request.wait();
  const float n = static_cast<float>(world.size());
  for (const float value : values) ASSERT_EQ(value, n * (n + 1) / 2);
}

TEST(Communicator, AStartedReductionIsNotDoneBeforeAllRanksTakePart) {
  const Communicator world = Communicator::world(), other = Communicator::world();
  std::vector<float> values(1000, 1);
  if (world.rank() != 0) other.barrier();
  Request request = world.start_all_reduce_sum(values);
  if (world.rank() == 0) {
    if (world.size() > 1) {
      EXPECT_FALSE(request.done());
    }
    other.barrier();
  }
  while (!request.done()) continue;
  EXPECT_EQ(values.front(), static_cast<float>(world.size()));
}

TEST(Communicator, OnlyTheRootGetsAStartedReduction) {
  const Communicator world = Communicator::world();
  const float n = static_cast<float>(world.size()), own = static_cast<float>(world.rank() + 1);
  for (int root = 0; root < world.size(); ++root) {
    std::vector<float> values(1000, own);
    world.start_reduce_sum(values, root).wait();
    const float expected = world.rank() == root ? n * (n + 1) / 2 : own;
    for (const float value : values) ASSERT_EQ(value, expected);
  }
}

TEST(Communicator, GathersFloatsInPlace) {
  const Communicator world = Communicator::world();
  std::vector<std::size_t> counts;
  std::vector<float> expected, values;
  for (int r = 0; r < world.size(); ++r) {
    counts.push_back(
        static_cast<std::size_t>(2 * (world.size() - 1 - r)));  // the last rank contributes nothing
    for (std::size_t i = 0; i < counts.back(); ++i) {
      expected.push_back(static_cast<float>(10 * r) + static_cast<float>(i));
      values.push_back(world.rank() == r ? expected.back() : -1.0f);
    }
  }
  world.all_gather(values, counts);
  EXPECT_EQ(values, expected);
}

TEST(Communicator, GathersPartsOfDifferentLengths) {
  const Communicator world = Communicator::world();
  const std::string mine(static_cast<std::size_t>(world.rank()), 'a');
  const std::vector<std::string> all = world.all_gather(mine);
  const std::vector<std::string> at_last = world.gather(mine, world.size() - 1);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world.size()));
  for (std::size_t r = 0; r < all.size(); ++r) EXPECT_EQ(all[r].size(), r);
  if (world.rank() == world.size() - 1)
    EXPECT_EQ(at_last, all);
  else
    EXPECT_TRUE(at_last.empty());
}

// Rank r sends (r + 1) x `to` items {from, to} to each rank `to`, and so none to rank 0.
TEST(Communicator, AllToAllKeepsRankOrder) {
  const Communicator world = Communicator::world();
  const int n = world.size(), me = world.rank();
  std::vector<std::vector<int>> items(static_cast<std::size_t>(n));
  std::vector<std::span<const std::byte>> parts;
  for (int to = 0; to < n; ++to) {
    auto& part = items[static_cast<std::size_t>(to)];
    for (int i = 0; i < (me + 1) * to; ++i) part.insert(part.end(), {me, to});
    parts.push_back(std::as_bytes(std::span(part)));
  }
  std::vector<std::byte> received;
  for (int round = 0; round < 2; ++round) {  // in round 2, the buffer is already large enough
    const auto got = world.all_to_all(parts, 2 * sizeof(int), received);
    std::vector<int> values(received.size() / sizeof(int));
    if (!received.empty()) std::memcpy(values.data(), received.data(), received.size());
    std::size_t at = 0;
    for (int from = 0; from < n; ++from) {
      const std::size_t count = got[static_cast<std::size_t>(from)];
      ASSERT_EQ(count, static_cast<std::size_t>((from + 1) * me));
      for (std::size_t i = 0; i < count; ++i, at += 2) {
        ASSERT_EQ(values[at], from);
        ASSERT_EQ(values[at + 1], me);
      }
    }
  }
}

TEST(Communicator, AllToAllRefusesWrongParts) {
  const Communicator world = Communicator::world();
  std::vector<std::span<const std::byte>> parts(static_cast<std::size_t>(world.size()) + 1);
  std::vector<std::byte> received;
  EXPECT_THROW(world.all_to_all(parts, 4, received), Error);
  parts.pop_back();
  const std::byte odd[3] = {};
  parts[0] = odd;
  EXPECT_THROW(world.all_to_all(parts, 4, received), Error);
}

// Only the last rank fails, but all ranks must throw its message and exit code.
TEST(Collectively, OneRanksFailureIsThrownOnAllRanks) {
  const Communicator world = Communicator::world();
  const auto fail_at_the_last = [&] {
    run_on_all(world, [&] {
      if (world.rank() == world.size() - 1) throw UsageError("no space");
    });
  };
  EXPECT_TRUE(test::exits_with<CollectiveError>(ExitCode::kUsage, fail_at_the_last, {"no space"}));
  EXPECT_NO_THROW(run_on_all(world, [] {}));
}

}  // namespace
}  // namespace amt::mpi
