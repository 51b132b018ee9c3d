#include "amt/trainer/weight_average.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr std::int64_t kTimes = 100;  // number of sets of weights added in `reach` steps

}  // namespace

std::int64_t WeightAverage::every() const { return std::max<std::int64_t>(1, reach_ / kTimes); }

void WeightAverage::add(std::span<const float> weights, std::int64_t count) {
  if (count == 0) return values_.assign(weights.begin(), weights.end());
  const double mean = 1.0 / static_cast<double>(count + 1);
  const double forgets = static_cast<double>(every()) / static_cast<double>(reach_);
  const auto share = static_cast<float>(std::max(mean, forgets));
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += share * (weights[i] - values_[i]);
}

}  // namespace amt
