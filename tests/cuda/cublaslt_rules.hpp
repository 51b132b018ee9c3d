// The rules for products in cuBLASLt's documentation, as far as they concern this program.
#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <string>

namespace amt::cuda::fake {

/// A matrix layout as it was described to cuBLASLt.
struct Matrix {
  cudaDataType_t type;
  std::uint64_t rows, columns;
  std::int64_t leading;

  std::uint64_t element() const { return type == CUDA_R_32F ? 4 : 2; }
  std::uint64_t bytes() const { return ((columns - 1) * leading + rows) * element(); }
};

/// A product as it was described to cuBLASLt.
struct Description {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  cublasOperation_t transpose_a = CUBLAS_OP_N, transpose_b = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
  void* aux = nullptr;
  std::int64_t aux_leading = 0;

  bool has_bias() const {
    return epilogue == CUBLASLT_EPILOGUE_BIAS || epilogue == CUBLASLT_EPILOGUE_GELU_AUX_BIAS;
  }
  bool has_gelu() const {
    return epilogue == CUBLASLT_EPILOGUE_DGELU || epilogue == CUBLASLT_EPILOGUE_GELU_AUX_BIAS;
  }
};

/// Limits for proposed algorithms.
struct Preference {
  std::uint64_t workspace = 0;
  std::uint32_t reductions = 0, alignment[4] = {256, 256, 256, 256};
};

inline bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }

/// Returns the first broken rule, or "" if there is none. c and d are the same matrix.
inline std::string broken_rule(const Description& p, const Matrix& a, const Matrix& b,
                               const Matrix& d) {
  const bool ta = p.transpose_a == CUBLAS_OP_T, tb = p.transpose_b == CUBLAS_OP_T;
  const std::uint64_t m = ta ? a.columns : a.rows, k = ta ? a.rows : a.columns;
  const std::uint64_t n = tb ? b.rows : b.columns;
  if (k != (tb ? b.columns : b.rows) || d.rows != m || d.columns != n) return "sizes do not match";
  if (m == 0 || n == 0 || k == 0) return "an empty matrix";
  for (const Matrix& x : {a, b, d}) {
    if (x.leading < std::int64_t(x.rows)) return "leading dimension below the rows";
    // The fast kernels need columns that begin at multiples of 16 bytes.
    if (x.leading * x.element() % 16 != 0) return "leading dimension not a multiple of 16 bytes";
    if (x.rows > INT32_MAX || x.columns > INT32_MAX || x.leading > INT32_MAX) return "too large";
  }
  if (p.compute != CUBLAS_COMPUTE_32F || p.scale != CUDA_R_32F) return "type of computation";
  if (a.type != CUDA_R_16BF || b.type != CUDA_R_16BF) return "types of a and b";
  if (d.type != CUDA_R_16BF && d.type != CUDA_R_32F) return "type of d";
  // By default, bias and aux have the type of d; with bf16 operands both must be bf16.
  if (p.epilogue != CUBLASLT_EPILOGUE_DEFAULT && d.type != CUDA_R_16BF) return "epilogue of fp32";
  if (p.has_bias() && (p.bias == nullptr || !aligned(p.bias))) return "bias";
  if (!p.has_gelu()) return "";
  if (p.aux == nullptr || !aligned(p.aux)) return "aux";
  if (p.aux_leading < std::int64_t(m) || p.aux_leading % 8 != 0) return "leading dimension of aux";
  return "";
}

}  // namespace amt::cuda::fake
