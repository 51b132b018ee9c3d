// Summarises one value per step of a long run in bounded memory.
#pragma once

#include <cstdint>
#include <vector>

namespace amt {

/// Divides the steps into at most kMostBins bins of equal width. When a step is beyond the last
/// bin, adjacent bins are merged in pairs.
class Curve {
 public:
  static constexpr std::int64_t kMostBins = 256;

  struct Bin {
    std::int64_t count = 0;
    double steps = 0, values = 0;  ///< sums
    double lowest = 0, highest = 0;
    double step() const { return steps / static_cast<double>(count); }    ///< mean
    double value() const { return values / static_cast<double>(count); }  ///< mean
  };

  /// Adds the value of `step` >= 0; steps may come in any order. A value that is not finite is
  /// ignored.
  void add(std::int64_t step, double value);

  /// Returns the bins that are not empty, in order of step.
  std::vector<Bin> bins() const;
  std::int64_t steps_per_bin() const { return width_; }

 private:
  void halve();
  std::int64_t width_ = 1;
  std::vector<Bin> bins_;  // bin i has the steps [i * width_, (i + 1) * width_)
};

}  // namespace amt
