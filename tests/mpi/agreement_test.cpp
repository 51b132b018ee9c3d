#include "amt/mpi/agreement.hpp"

#include <gtest/gtest.h>

#include <array>

#include "amt/base/strings.hpp"
#include "amt/mpi/collectively.hpp"
#include "support/refusal.hpp"

namespace amt::mpi {
namespace {

std::string disagreement(const Communicator& world, const std::string& value) {
  const std::array facts = {SharedFact{"program", "1.0", "install one"},
                            SharedFact{"configuration", value, "give all the same"}};
  return test::refusal<AgreedError>([&] { require_equal(world, facts); });
}

TEST(Agreement, EqualFactsPass) {
  const Communicator world = Communicator::world();
  EXPECT_EQ(disagreement(world, "a = 1\nb = 2\n"), "");
  EXPECT_EQ(disagreement(world, ""), "");
}

TEST(Agreement, NamesTheRankThatDiffersAndTheLine) {
  const Communicator world = Communicator::world();
  if (world.size() < 2) return;
  const int last = world.size() - 1;
  const std::string text =
      disagreement(world, str_cat("a = 1\nb = ", world.rank() == last ? 3 : 2, "\nc = 4\n"));
  EXPECT_TRUE(text.starts_with("the configuration differs: ")) << text;
  EXPECT_NE(text.find("has 'b = 3', rank 0 and most others have 'b = 2'; give all the same"),
            std::string::npos)
      << text;
}

TEST(Agreement, MostRanksAreRight) {
  const Communicator world = Communicator::world();
  if (world.size() < 3) return;
  const std::string text = disagreement(world, world.rank() == 0 ? "x" : "y");
  EXPECT_NE(text.find("has 'x', rank 1 and most others have 'y'"), std::string::npos) << text;
}

TEST(Agreement, ATextThatIsShorterDiffers) {
  const Communicator world = Communicator::world();
  if (world.size() < 2) return;
  const std::string text = disagreement(world, world.rank() == world.size() - 1 ? "a\n" : "a\nb\n");
  EXPECT_NE(text.find("has '', rank 0 and most others have 'b'"), std::string::npos) << text;
}

}  // namespace
}  // namespace amt::mpi
