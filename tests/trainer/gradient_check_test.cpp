// Which rank is named if two ranks compute a gradient differently.
#include "amt/trainer/gradient_check.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "amt/collective/odd_ranks.hpp"
#include "amt/process/log.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

class GradientCheckTest : public testing::Test {
 protected:
  GradientCheckTest() { set_log_identity(world_.rank(), world_.size(), world_.host()); }

  /// Returns the hash of a rank's correct gradient.
  static std::uint64_t right(int rank) { return 100 + static_cast<std::uint64_t>(rank); }
  /// The message of a check in step 9, in which this rank has computed wrong gradients.
  std::string found(int bad, bool own_is_wrong, bool checked_is_wrong, bool always_wrong) {
    GradientCheck check(world_, 5, "");
    check.start_at(5);
    const bool here = world_.rank() == bad;
    const auto value = [here](int rank, bool wrong) {
      return right(rank) + (here && wrong ? 7 : 0);
    };
    return test::refusal<WrongNumbers>([&] {
      check.compare(9, value(world_.rank(), own_is_wrong),
                    value(check.checked_rank(9), checked_is_wrong),
                    [&](int rank) { return value(rank, always_wrong); });
    });
  }
  int last() const { return world_.size() - 1; }
  static std::string name(int rank) { return "wrong on rank " + std::to_string(rank) + " of"; }

  mpi::Communicator world_ = mpi::Communicator::world();
};

TEST_F(GradientCheckTest, ATransientErrorIsAttributedToItsRank) {
  for (const bool own : {true, false}) {
    const std::string text = found(last(), own, !own, false);
    EXPECT_TRUE(test::says(text, {"gradient of step 9", "after step 5", name(last())}));
  }
}

TEST_F(GradientCheckTest, ARankThatIsAlwaysWrongIsOutvotedByTwoOthers) {
  if (world_.size() == 1) GTEST_SKIP() << "a single rank repeats its error";
  for (const int bad : {0, last()}) {
    const std::string text = found(bad, true, true, true);
    const bool decided = world_.size() > 2;
    EXPECT_TRUE(test::says(text, {"gradient of step 9", decided ? name(bad) : "one or more of"}));
    EXPECT_EQ(text.find(", rank") == std::string::npos, decided) << text;
  }
}

TEST_F(GradientCheckTest, EqualGradientsConfirmTheStep) {
  GradientCheck check(world_, 5, "");
  EXPECT_EQ(check.passed_step(), 0);
  EXPECT_NO_THROW(
      check.compare(9, right(world_.rank()), right(check.checked_rank(9)), [](int) { return 0; }));
  EXPECT_EQ(check.passed_step(), 10);
}

TEST_F(GradientCheckTest, ChecksTheOtherRanksInTurnOrItselfIfAlone) {
  const GradientCheck check(world_, 5, "");
  std::set<int> checked;
  for (std::int64_t step = 4; step < 40; step += 5) {
    EXPECT_TRUE(check.due(step));
    EXPECT_FALSE(check.due(step + 1));
    checked.insert(check.checked_rank(step));
  }
  EXPECT_EQ(checked.contains(world_.rank()), world_.size() == 1);
  EXPECT_EQ(checked.size(), std::max<std::size_t>(1, static_cast<std::size_t>(world_.size()) - 1));
}

TEST_F(GradientCheckTest, RanksWithDifferentDevicesDoNotCheckEachOther) {
  const GradientCheck check(world_, 5, world_.rank() == 0 ? "one CPU" : "another CPU");
  EXPECT_EQ(check.enabled(), world_.size() == 1);
  EXPECT_EQ(check.due(4), world_.size() == 1);
  EXPECT_FALSE(GradientCheck(world_, 0, "").due(0));
}

}  // namespace
}  // namespace amt
