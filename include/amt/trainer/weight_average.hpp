// An average of the weights that training has had lately: trainer.average.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace amt {

/// In host memory of the rank that leads. Of weights that are `every()` steps apart: their mean at
/// first, then, with `reach` steps behind it, an exponential mean that forgets a share of
/// every() / reach each time. Local.
class WeightAverage {
 public:
  /// `reach` in steps; 0: no average.
  explicit WeightAverage(std::int64_t reach) : reach_(reach) {}

  std::int64_t every() const;
  bool is_due(std::int64_t step) const { return reach_ > 0 && step > 0 && step % every() == 0; }
  /// `count` weights have been added before these.
  void add(std::span<const float> weights, std::int64_t count);

  /// What a checkpoint has of it; nothing if it has none.
  void set(std::vector<float> values) { values_ = std::move(values); }
  const std::vector<float>& values() const { return values_; }

 private:
  std::int64_t reach_;
  std::vector<float> values_;
};

}  // namespace amt
