#include "amt/random/numpy_random.hpp"

#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "amt/base/error.hpp"

namespace amt {

double NumpyRandom::exponential(double scale) { return scale * -std::log(1.0 - random()); }

std::int64_t NumpyRandom::randint(std::int64_t low, std::int64_t high) {
  const std::uint64_t first = low, values = high - first;
  if (low >= high || values > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(fmt::format("randint: cannot draw from [{}, {})", low, high));
  }
  return low + bounded(static_cast<std::uint32_t>(values - 1));
}

void NumpyRandom::permutation(std::uint32_t n, std::vector<std::uint32_t>& order) {
  order.resize(n);
  std::iota(order.begin(), order.end(), 0u);
  for (std::uint32_t i = n; i-- > 1;) std::swap(order[i], order[bounded(i)]);
}

void NumpyRandom::choice(std::uint32_t n, std::uint32_t count, std::vector<std::uint32_t>& chosen) {
  if (count > n) throw Error(fmt::format("choice: cannot take {} of {} values", count, n));
  permutation(n, chosen);
  chosen.resize(count);
}

std::uint32_t NumpyRandom::bounded(std::uint32_t max) {
  if (max == 0) return 0;
  const std::uint32_t mask = ~0u >> std::countl_zero(max);
  for (;;) {
    const std::uint32_t value = words_() & mask;
    if (value <= max) return value;
  }
}

}  // namespace amt
