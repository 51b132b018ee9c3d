#include "src/prepare/memory.hpp"

#include <gtest/gtest.h>

#include "amt/mpi/communicator.hpp"
#include "src/prepare/file_memory.hpp"

namespace amt {
namespace {

// Otherwise, the number of ranks would affect which files are rejected as too large.
TEST(Memory, AllRanksUseTheSmallestFileLimit) {
  const mpi::Communicator world = mpi::Communicator::world();
  constexpr std::uint64_t kLeast = std::uint64_t{16} << 20;
  PrepareOptions options;
  options.memory.bytes = kLeast << (world.size() - 1 - world.rank());
  EXPECT_EQ(agree_on_a_file(world, options), most_for_a_file(kLeast));
}

}  // namespace
}  // namespace amt
