#include "amt/resources/divisors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

namespace amt {

std::vector<int> divisors(int n) {
  std::vector<int> all;
  for (int d = 1; d <= n / d; ++d) {
    if (n % d != 0) continue;
    all.push_back(d);
    if (d != n / d) all.push_back(n / d);
  }
  std::ranges::sort(all);
  return all;
}

std::string divisors_near(int n, int wanted) {
  const std::vector<int> all = divisors(n);
  const auto nearest =
      std::ranges::min_element(all, {}, [&](int d) { return std::abs(d - wanted); });
  const auto first = nearest == all.begin() ? nearest : nearest - 1;
  std::string text;
  for (auto d = first; d != all.end() && d < first + 3; ++d) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", *d);
  }
  return text;
}

std::string multiples_near(int n, std::int64_t step) {
  const std::int64_t below = n / step * step;
  return fmt::format("{}{}", below > 0 ? fmt::format("{} or ", below) : "", below + step);
}

}  // namespace amt
