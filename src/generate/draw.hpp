// Samples a token from logits.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace amt {

struct Sampling {
  double top_p = 1;        ///< nucleus: the likeliest tokens whose sum exceeds this
  double temperature = 1;  ///< divides the logits
};

/// Draws an index from a distribution by inverse CDF, in order of index. Reuses its memory between
/// calls.
class Drawing {
 public:
  explicit Drawing(const Sampling& sampling) : sampling_(sampling) {}

  /// Returns the first index whose cumulative probability exceeds `u` (in [0, 1)) times the total.
  /// Probabilities are the softmax of `logits` in fp64; -infinity marks an index that cannot be
  /// drawn. Throws Error if no logit is finite.
  std::size_t draw(std::span<const float> logits, double u);

  /// Returns the probability of the last result, and the number of indices that could be drawn.
  double probability() const { return probability_; }
  std::size_t allowed() const { return allowed_; }

 private:
  void weigh(std::span<const float> logits);
  void keep_nucleus();
  void sort();
  std::size_t nucleus() const;
  float total_in_fp32() const;

  Sampling sampling_;
  std::vector<double> weights_;  // not normalised; 0 for indices never drawn
  std::vector<std::uint32_t> keys_, order_, other_;
  double probability_ = 0;
  std::size_t allowed_ = 0;
};

/// Returns a number in [0, 1) with 53 bits that depends on its arguments alone, so that a piece
/// does not depend on how many others are generated with it.
double uniform(std::uint64_t seed, std::uint64_t sample, std::uint64_t token);

}  // namespace amt
