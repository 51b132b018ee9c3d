// One number per step of a long run, in bounded memory.
#pragma once

#include <cstdint>
#include <vector>

namespace amt {

/// Bins of equally many consecutive steps, at most kMostBins of them: when a step lies beyond the
/// last, each two neighbours become one.
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

  /// `step` from 0 on, in any order. A value that is not finite is left out.
  void add(std::int64_t step, double value);

  /// Those that hold something, by step.
  std::vector<Bin> bins() const;
  std::int64_t steps_per_bin() const { return width_; }

 private:
  void halve();
  std::int64_t width_ = 1;
  std::vector<Bin> bins_;  // bin i has the steps [i * width_, (i + 1) * width_)
};

}  // namespace amt
