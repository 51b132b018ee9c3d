#include "amt/collective/odd_ranks.hpp"

#include <gtest/gtest.h>

#include <array>

#include "amt/process/log.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using Ranks = std::vector<int>;

TEST(OddRanks, AreThoseOutvotedByTheMajority) {
  constexpr std::array kEqual = {Vote{0, 5}, Vote{1, 5}, Vote{2, 5}};
  EXPECT_EQ(odd_ranks(kEqual).ranks, Ranks{});
  constexpr std::array kOne = {Vote{0, 5}, Vote{1, 6}, Vote{2, 5}};
  EXPECT_EQ(odd_ranks(kOne).ranks, Ranks{1});
  EXPECT_TRUE(odd_ranks(kOne).outvoted);
  constexpr std::array kTwo = {Vote{0, 5}, Vote{1, 5}, Vote{2, 7}, Vote{3, 5}, Vote{4, 6}};
  EXPECT_EQ(odd_ranks(kTwo).ranks, (Ranks{2, 4}));
}

TEST(OddRanks, AreAllRanksIfThereIsNoMajority) {
  constexpr std::array kTie = {Vote{0, 5}, Vote{1, 6}};
  EXPECT_EQ(odd_ranks(kTie).ranks, (Ranks{0, 1}));
  EXPECT_FALSE(odd_ranks(kTie).outvoted);
  constexpr std::array kHalf = {Vote{0, 5}, Vote{1, 5}, Vote{2, 6}, Vote{3, 7}};
  EXPECT_EQ(odd_ranks(kHalf).ranks, (Ranks{0, 1, 2, 3}));
}

TEST(OddRanks, AreListedOnceHoweverOftenTheyVote) {
  constexpr std::array kVotes = {Vote{1, 6}, Vote{0, 5}, Vote{0, 5}, Vote{1, 6}, Vote{2, 5}};
  EXPECT_EQ(odd_ranks(kVotes).ranks, Ranks{1});
}

TEST(OddRanks, AllRanksThrowTheSameErrorNamingThem) {
  const mpi::Communicator world = mpi::Communicator::world();
  set_log_identity(world.rank(), world.size(), world.host());
  const int last = world.size() - 1;
  EXPECT_NO_THROW(require_no_odd_ranks(world, {}, "numbers differ", 3));
  const auto require = [&] { require_no_odd_ranks(world, {{last}, true}, "numbers differ", 3); };
  EXPECT_TRUE(test::exits_with<WrongNumbers>(
      ExitCode::kWrongNumbers, require,
      {"numbers differ, last equal after step 3: wrong on rank " + std::to_string(last) + " of",
       world.host()}));
  try {
    require();
  } catch (const WrongNumbers& error) {
    EXPECT_EQ(error.hosts(), std::vector{world.host()});
    EXPECT_EQ(error.equal_step(), 3);
  }
}

}  // namespace
}  // namespace amt
