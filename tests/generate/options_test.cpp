#include <gtest/gtest.h>

#include "amt/generate/job.hpp"
#include "support/limits.hpp"

namespace amt {
namespace {

TEST(GenerationOptions, RejectsValuesOutsideTheLimits) {
  test::expect_limits(GenerationOptions{}, {
                                               {"count", "1", "0"},
                                               {"count", "10000", "10001"},
                                               {"batch", "1", "0"},
                                               {"batch", "1024", "1025"},
                                               {"top_p", "1e-09", "0"},
                                               {"top_p", "1", "1.1"},
                                               {"temperature", "1e-09", "0"},
                                               {"temperature", "100", "101"},
                                               {"threads", "0", "-1"},
                                           });
}

}  // namespace
}  // namespace amt
