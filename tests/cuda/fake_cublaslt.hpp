// A fake cuBLASLt that computes products element by element if their descriptions satisfy the
// documented rules. It proposes three algorithms for each product, all with the same result.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "src/cuda/matmul_plan.hpp"

namespace amt::cuda::fake {

struct Blas {
  bool has_gelu = true;  ///< whether epilogues with GELU are supported
  /// Returns the milliseconds that algorithm 0, 1 or 2 takes.
  std::function<double(const MatmulPlan&, int)> milliseconds = [](const MatmulPlan&, int) {
    return 1.0;
  };
  std::set<int> refused;  ///< algorithms that are proposed but cannot be launched

  std::string broken_rule;  ///< the first rule that was broken, and the plan that broke it
  std::size_t heuristics = 0, products = 0, fused_gelus = 0;
  std::set<int> launched;  ///< algorithms that were launched
};
/// The state of the fake; each test begins with blas() = {}.
Blas& blas();

}  // namespace amt::cuda::fake
