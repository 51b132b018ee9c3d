// A fake cuBLASLt: computes products element by element from their descriptions, if these satisfy
// the documented rules. It proposes three algorithms for each product; all of them do the same.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "src/cuda/matmul_plan.hpp"

namespace amt::cuda::fake {

struct Blas {
  bool has_gelu = true;  ///< epilogues with GELU are proposed for
  /// Milliseconds that algorithm 0, 1 or 2 takes.
  std::function<double(const MatmulPlan&, int)> milliseconds = [](const MatmulPlan&, int) {
    return 1.0;
  };
  std::set<int> refused;  ///< algorithms that are proposed and cannot be launched

  std::string broken_rule;  ///< the first, with what broke it
  std::size_t heuristics = 0, products = 0, fused_gelus = 0;
  std::set<int> launched;  ///< algorithms
};
/// Each test begins with blas() = {}.
Blas& blas();

}  // namespace amt::cuda::fake
