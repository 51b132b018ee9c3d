#include "amt/mpi/agreement.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>

#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "support/refusal.hpp"

namespace amt::mpi {
namespace {

std::string disagreement(const Communicator& world, const std::string& value) {
  const std::array facts = {SharedFact{"program", "1.0", "install one"},
                            SharedFact{"configuration", value, "give all the same"}};
  return test::refusal<CollectiveError>([&] { require_equal(world, facts); });
}

TEST(Agreement, EqualFactsPass) {
  const Communicator world = Communicator::world();
  EXPECT_EQ(disagreement(world, "a = 1\nb = 2\n"), "");
  EXPECT_EQ(disagreement(world, ""), "");
}

TEST(Agreement, ReportsTheRankThatDiffersAndTheLine) {
  const Communicator world = Communicator::world();
  if (world.size() < 2) return;
  const int last = world.size() - 1;
  set_log_identity(world.rank(), world.size(), "node17");
  const std::string text =
      disagreement(world, fmt::format("a = 1\nb = {}\nc = 4\n", world.rank() == last ? 3 : 2));
  const std::string name = fmt::format("rank {} of {} on node17 ", last, world.size());
  set_log_identity(0, 1, "");
  EXPECT_TRUE(test::says(
      text, {"configuration", name, " 'b = 3',", "rank 0 ", " 'b = 2'; give all the same"}));
  EXPECT_LT(text.find("'b = 3'"), text.find("rank 0 ")) << text;
}

TEST(Agreement, RanksThatDifferFromTheMajorityAreReported) {
  const Communicator world = Communicator::world();
  if (world.size() < 3) return;
  const std::string text = disagreement(world, world.rank() == 0 ? "x" : "y");
  EXPECT_TRUE(test::says(text, {"rank 0 ", " 'x', rank 1 ", " 'y';"}));
}

TEST(Agreement, APrefixOfTheTextDiffers) {
  const Communicator world = Communicator::world();
  if (world.size() < 2) return;
  const std::string text = disagreement(world, world.rank() == world.size() - 1 ? "a\n" : "a\nb\n");
  EXPECT_TRUE(test::says(text, {" '', rank 0 ", " 'b';"}));
}

}  // namespace
}  // namespace amt::mpi
