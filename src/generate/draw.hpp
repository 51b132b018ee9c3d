// Draws a token from logits.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace amt {

struct Sampling {
  double top_p = 1;        ///< nucleus: the likeliest tokens that together have more than this
  double temperature = 1;  ///< divides the logits
};

/// Draws one of many numbers in order of their index, by inverse CDF. Keeps its memory between
/// calls.
class Drawing {
 public:
  explicit Drawing(const Sampling& sampling) : sampling_(sampling) {}

  /// The first index whose cumulative probability exceeds `u` (in [0, 1)) times the total.
  /// Probabilities are the softmax in fp64 of `logits`, where -infinity stands for what cannot be
  /// drawn. Error if no logit is finite.
  std::size_t draw(std::span<const float> logits, double u);

  /// Of the last draw: its probability, and how many could be drawn.
  double probability() const { return probability_; }
  std::size_t allowed() const { return allowed_; }

 private:
  void weigh(std::span<const float> logits);
  void keep_nucleus();
  void sort();
  std::size_t nucleus() const;
  float total_in_fp32() const;

  Sampling sampling_;
  std::vector<double> weights_;  // not normalised; 0 where nothing is drawn
  std::vector<std::uint32_t> keys_, order_, other_;
  double probability_ = 0;
  std::size_t allowed_ = 0;
};

/// Uniform in [0, 1) with 53 bits: a function of its arguments alone, so that a piece does not
/// depend on how many are made beside it.
double uniform(std::uint64_t seed, std::uint64_t sample, std::uint64_t token);

}  // namespace amt
