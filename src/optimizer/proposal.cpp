#include "amt/optimizer/proposal.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace amt {
namespace {

constexpr std::int64_t kPasses = 5, kMostPasses = 10, kFewSteps = 100;
constexpr std::int64_t kValidations = 20;
constexpr double kReferenceRate = 6e-4, kReferenceWidth = 768, kMostRate = 3e-3;
constexpr double kShareForTrained = 0.1;

/// Rounds to two significant digits; a rule of thumb is no more precise.
double rounded(double rate) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1e", rate);
  return std::strtod(text, nullptr);
}

}  // namespace

std::int64_t proposed_steps(std::uint64_t rows, int batch) {
  const auto all = static_cast<std::int64_t>(rows);
  const std::int64_t steps = (kPasses * all + batch - 1) / batch;
  return std::max(steps, std::min(kFewSteps, kMostPasses * all / batch));
}

double proposed_learning_rate(int width, bool trained) {
  const double rate = std::min(kMostRate, kReferenceRate * kReferenceWidth / width);
  return rounded(trained ? kShareForTrained * rate : rate);
}

std::int64_t proposed_steps_per_eval(std::int64_t num_train_steps) {
  return (num_train_steps + kValidations - 1) / kValidations;
}

}  // namespace amt
