// Reproduces the random draws of numpy's legacy generator (np.random.seed and the module functions)
// bit for bit.
//
// Source: docs/spec/preprocessing.md section 6, checked against numpy 1.24.2. The reference's
// corpus depends on every one of these bits, so nothing here may be replaced by the distributions
// of <random>, whose algorithms are not specified.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/random/mersenne_twister.hpp"

namespace amt {

/// A stream of draws. Local; not thread-safe; a copy continues from the same position.
class NumpyRandom {
 public:
  /// Implements np.random.seed(seed): Knuth's initialisation.
  explicit NumpyRandom(std::uint32_t seed) : words_(seed) {}

  /// Implements np.random.random(): uniform in [0, 1), 53 bits. Uses two words.
  double random() {
    const double high = words_() >> 5;  // drawn first: 27 bits
    const double low = words_() >> 6;   // 26 bits
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

  /// Implements np.random.exponential(scale). Uses two words. Its last bit depends on the C
  /// library's log.
  double exponential(double scale);

  /// Implements np.random.randint(low, high): uniform in [low, high). Uses one word per attempt,
  /// none if there is only one possible value. Throws Error unless low < high and high - low <=
  /// 2^32 - 1.
  std::int64_t randint(std::int64_t low, std::int64_t high);

  /// Writes np.random.permutation(n) to `order`.
  void permutation(std::uint32_t n, std::vector<std::uint32_t>& order);

  /// Writes the indices that np.random.choice(n values, count, replace=False) selects. The draws do
  /// not depend on `count`. Throws Error if count > n.
  void choice(std::uint32_t n, std::uint32_t count, std::vector<std::uint32_t>& chosen);

 private:
  /// Draws a uniform number in [0, max] by masked rejection; uses no word if max = 0.
  std::uint32_t bounded(std::uint32_t max);

  MersenneTwister words_;
};

}  // namespace amt
