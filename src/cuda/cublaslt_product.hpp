// A matrix product by cuBLASLt. Only cublaslt_product.cpp calls cuBLASLt.
#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>
#include <vector>

#include "amt/ops/buffer.hpp"
#include "cuda_ops.hpp"
#include "matmul_plan.hpp"

namespace amt::cuda {

/// Returns "a product of 2304 x ...", for messages.
std::string description_of(const MatmulPlan& plan);

/// Throws an Error with advice unless `status` is success.
void check_blas(cublasStatus_t status, const std::string& what);

/// cuBLASLt on one stream, with the workspace for its algorithms.
class BlasLibrary {
 public:
  /// `ops` must outlive it.
  explicit BlasLibrary(CudaOps& ops);
  ~BlasLibrary() { cublasLtDestroy(handle_); }
  BlasLibrary(const BlasLibrary&) = delete;
  BlasLibrary& operator=(const BlasLibrary&) = delete;
  /// Returns, for example, "13.1.0".
  static std::string version();

 private:
  friend class BlasProduct;
  CudaOps& ops_;
  Buffer workspace_;
  cublasLtHandle_t handle_ = nullptr;
};

class BlasProduct {
 public:
  explicit BlasProduct(const MatmulPlan& plan);

  /// Returns the algorithms that cuBLASLt proposes, starting with the one that it expects to be
  /// fastest; empty if it has none for this card.
  std::vector<cublasLtMatmulAlgo_t> proposals(const BlasLibrary& library) const;
  /// Queues the product on the library's stream.
  cublasStatus_t launch(const BlasLibrary& library, const cublasLtMatmulAlgo_t& algorithm,
                        const MatmulOperands& operands) const;

 private:
  struct DestroyDescription {
    void operator()(cublasLtMatmulDesc_t p) const { cublasLtMatmulDescDestroy(p); }
  };
  struct DestroyLayout {
    void operator()(cublasLtMatrixLayout_t p) const { cublasLtMatrixLayoutDestroy(p); }
  };
  using Layout = std::unique_ptr<cublasLtMatrixLayoutOpaque_t, DestroyLayout>;

  static Layout make_layout(cudaDataType_t type, const StoredMatrix& stored);
  template <class T>
  void set(cublasLtMatmulDescAttributes_t attribute, const T& value) const;
  void describe();
  void set_vectors(const void* bias, void* aux) const;

  MatmulPlan plan_;
  std::unique_ptr<cublasLtMatmulDescOpaque_t, DestroyDescription> description_;
  Layout a_, b_, d_;
};

/// Returns a name that identifies an algorithm within a version of the library.
std::string name_of(const cublasLtMatmulAlgo_t& algorithm);

}  // namespace amt::cuda
