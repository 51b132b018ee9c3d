// A stand-in for cuBLASLt: products element by element from their descriptions, if these keep the
// documented rules. It proposes three algorithms for each, which all do the same.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "src/cuda/matmul_plan.hpp"

namespace amt::cuda::fake {

struct Blas {
  bool has_gelu = true;  ///< epilogues with GELU are proposed for
  /// What an algorithm, 0 to 2, takes.
  std::function<double(const MatmulPlan&, int)> milliseconds = [](const MatmulPlan&, int) {
    return 1.0;
  };
  std::set<int> refused;  ///< algorithms that are proposed and cannot be launched

  std::string broken_rule;  ///< the first, with what broke it
  std::size_t heuristics = 0, products = 0, fused_gelus = 0;
  std::set<int> launched;  ///< algorithms
};
/// A test begins with blas() = {}.
Blas& blas();

}  // namespace amt::cuda::fake
