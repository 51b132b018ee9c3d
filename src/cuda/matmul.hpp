// Runs MatmulPlans on one stream, using cuBLASLt. GELU uses amt's own kernels if that is faster or
// if cuBLASLt has no algorithm with GELU.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cuda_ops.hpp"
#include "matmul_plan.hpp"
#include "product_choice.hpp"

namespace amt::cuda {

class BlasLibrary;

class Matmul {
 public:
  /// Both must outlive it.
  Matmul(CudaOps& ops, ProductChoice& choice);
  ~Matmul();
  /// Runs a product. The algorithm for a plan is chosen when the plan first occurs, and then kept;
  /// the same choice on the same kind of card gives the same bits. The partial sums of split
  /// products are added in a fixed order.
  void run(const MatmulPlan& plan, const MatmulOperands& operands);
  /// Returns cuBLASLt's version: "13.1.0".
  static std::string version();

 private:
  struct Prepared;
  class Trial;
  const Prepared& prepared(const MatmulPlan& plan, const MatmulOperands& operands);
  void run_apart(const MatmulPlan& plan, const MatmulOperands& operands);

  CudaOps& ops_;
  ProductChoice& choice_;
  std::unique_ptr<BlasLibrary> library_;
  std::map<MatmulPlan, Prepared> plans_;
};

}  // namespace amt::cuda
