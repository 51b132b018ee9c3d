#include "spikes.hpp"

#include <cmath>

namespace amt {
namespace {

using Values = std::array<double, RecentSteps::kMost>;

/// Adds the values from the oldest on, so that a resumed run computes the same sums.
bool far_above(const RecentSteps& recent, const Values& values, double value, double deviations) {
  const auto n = static_cast<double>(recent.held());
  const auto mean_of = [&](auto term) {
    double sum = 0;
    for (std::int64_t i = recent.count - recent.held(); i < recent.count; ++i) {
      sum += term(values[i % RecentSteps::kMost]);
    }
    return sum / n;
  };
  const double mean = mean_of([](double x) { return x; });
  const double variance = mean_of([&](double x) { return (x - mean) * (x - mean); });
  return value > mean + deviations * std::sqrt(variance);
}

}  // namespace

bool is_spike(const RecentSteps& recent, double loss, double norm, double deviations) {
  if (recent.held() < kStepsBeforeSpikes) return false;
  return far_above(recent, recent.losses, loss, deviations) ||
         far_above(recent, recent.norms, norm, deviations);
}

}  // namespace amt
