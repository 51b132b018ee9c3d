// A moving average of the weights: trainer.average.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace amt {

/// An average of the weights taken every every() steps, in rank 0's host memory. It is their mean
/// until it spans `reach` steps, and then an exponential moving average in which each new set of
/// weights has a share of every() / reach. Local.
class WeightAverage {
 public:
  /// `reach` is in steps; 0: no average.
  explicit WeightAverage(std::int64_t reach) : reach_(reach) {}

  std::int64_t every() const;
  bool is_due(std::int64_t step) const { return reach_ > 0 && step > 0 && step % every() == 0; }
  /// Adds a set of weights to the `count` earlier ones.
  void add(std::span<const float> weights, std::int64_t count);

  /// Sets the average from a checkpoint; empty if the checkpoint has none.
  void set(std::vector<float> values) { values_ = std::move(values); }
  const std::vector<float>& values() const { return values_; }

 private:
  std::int64_t reach_;
  std::vector<float> values_;
};

}  // namespace amt
