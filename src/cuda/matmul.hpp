// Runs MatmulPlans by cuBLASLt on one stream. The only file that knows cuBLASLt is matmul.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cuda_ops.hpp"
#include "matmul_plan.hpp"
#include "product_choice.hpp"

namespace amt::cuda {

/// Device memory, aligned to 16 bytes each; what the plan's epilogue does not need is null. d may
/// not overlap the others.
struct MatmulOperands {
  const void* a;
  const void* b;
  void* d;
  const void* bias = nullptr;
  void* aux = nullptr;  ///< read by kDgelu, written by kGeluAuxBias
};

class Matmul {
 public:
  /// Both must outlive it.
  Matmul(CudaOps& ops, ProductChoice& choice);
  ~Matmul();
  /// The algorithm for a plan is chosen when it is first seen, and kept: the same choice on the
  /// same kind of card gives the same bits. Split sums are added in a fixed order.
  void run(const MatmulPlan& plan, const MatmulOperands& operands);
  /// "13.1.0"
  static std::string version();

 private:
  struct Library;
  struct Prepared;
  class Trial;
  const Prepared& prepared(const MatmulPlan& plan, const MatmulOperands& operands);

  ProductChoice& choice_;
  std::unique_ptr<Library> library_;
  std::map<MatmulPlan, Prepared> plans_;
};

}  // namespace amt::cuda
