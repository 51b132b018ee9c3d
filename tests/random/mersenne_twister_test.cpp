#include "amt/random/mersenne_twister.hpp"

#include <gtest/gtest.h>

#include <random>

namespace amt {
namespace {

TEST(MersenneTwister, AgreesWithTheStandard) {
  for (const std::uint32_t seed : {0u, 1u, 12345u, 4294967295u}) {
    MersenneTwister ours(seed);
    std::mt19937 theirs(seed);
    for (int i = 0; i < 5000; ++i) ASSERT_EQ(ours(), theirs()) << seed << ' ' << i;
  }
}

}  // namespace
}  // namespace amt
