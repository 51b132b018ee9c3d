#include "amt/charts/curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace amt {
namespace {

TEST(Curve, FewStepsAreNotBinned) {
  Curve curve;
  for (std::int64_t step = 0; step < Curve::kMostBins; ++step) {
    curve.add(step, static_cast<double>(step * step));
  }
  EXPECT_EQ(curve.steps_per_bin(), 1);
  const auto bins = curve.bins();
  ASSERT_EQ(bins.size(), static_cast<std::size_t>(Curve::kMostBins));
  EXPECT_EQ(bins[7].step(), 7);
  EXPECT_EQ(bins[7].value(), 49);
  EXPECT_EQ(bins[7].lowest, 49);
}

TEST(Curve, ManyStepsAreBinnedInBoundedMemory) {
  Curve curve;
  constexpr std::int64_t kSteps = 100000;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    curve.add(step, step == 777 ? 5 : step == 778 ? -5 : 1);
  }
  EXPECT_EQ(curve.steps_per_bin(), 512);
  const auto bins = curve.bins();
  ASSERT_EQ(bins.size(), 196u);
  EXPECT_EQ(bins[1].count, 512);
  EXPECT_DOUBLE_EQ(bins[1].step(), 512 + 255.5);
  EXPECT_DOUBLE_EQ(bins[1].value(), (512 - 2.0) / 512);
  EXPECT_EQ(bins[1].lowest, -5);
  EXPECT_EQ(bins[1].highest, 5);
  EXPECT_EQ(bins[2].lowest, 1);
  std::int64_t count = 0;
  for (const auto& bin : bins) count += bin.count;
  EXPECT_EQ(count, kSteps);
}

TEST(Curve, SparseValuesKeepTheirSteps) {
  Curve curve;
  for (const std::int64_t step : {999, 1999, 2999}) curve.add(step, 2);
  const auto bins = curve.bins();
  ASSERT_EQ(bins.size(), 3u);
  EXPECT_EQ(bins[1].step(), 1999);
}

TEST(Curve, NonFiniteNumbersAreLeftOut) {
  Curve curve;
  curve.add(0, std::numeric_limits<double>::quiet_NaN());
  curve.add(1, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(curve.bins().empty());
  curve.add(1, -3);
  EXPECT_EQ(curve.bins().at(0).value(), -3);
}

}  // namespace
}  // namespace amt
