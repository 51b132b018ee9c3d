// Suggests replacements for a number that does not divide another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace amt {

/// Returns the divisors of `n` >= 1, in ascending order.
std::vector<int> divisors(int n);

/// Returns "2, 4, 8": the divisor of `n` nearest to `wanted`, and its neighbours.
std::string divisors_near(int n, int wanted);

/// Returns "504 or 528": the multiples of `step` below and above `n`, without 0.
std::string multiples_near(int n, std::int64_t step);

}  // namespace amt
