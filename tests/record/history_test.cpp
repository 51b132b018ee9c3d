#include "amt/record/history.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace amt {
namespace {

TEST(RunHistory, TheBestValidationIsTheFirstWithTheLowestFiniteLoss) {
  RunHistory history;
  EXPECT_FALSE(history.best_validation);
  const double losses[] = {std::numeric_limits<double>::quiet_NaN(), 4, 3, 3, 5};
  for (std::int64_t step = 0; const double loss : losses) {
    ValidationMetrics metrics;
    metrics.step = step++;
    metrics.loss = loss;
    history.add(metrics);
  }
  ASSERT_TRUE(history.best_validation);
  EXPECT_EQ(history.best_validation->step, 2);
  EXPECT_EQ(history.last_validation->step, 4);
}

}  // namespace
}  // namespace amt
