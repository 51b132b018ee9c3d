#include "fake_cublaslt.hpp"

#include <cuda_bf16.h>
#include <fmt/core.h>

#include <cstring>

#include "cublaslt_rules.hpp"
#include "fake_cuda.hpp"
#include "matmul_interpreter.hpp"
#include "src/cuda/cublaslt_terms.hpp"
#include "src/cuda/product_choice.hpp"

namespace amt::cuda::fake {
namespace {

constexpr int kAlgorithms = 3;
constexpr std::size_t kVersion = 130100;

template <class T, class Handle>
T& real(Handle handle) {
  return *reinterpret_cast<T*>(handle);
}
template <class Handle, class T>
Handle handle_of(T value) {
  return reinterpret_cast<Handle>(new T(value));
}

template <class T>
void get(T& member, const void* value, std::size_t bytes) {
  if (bytes != sizeof(T)) throw std::logic_error("an attribute has the wrong size");
  std::memcpy(&member, value, sizeof(T));
}

MatmulPlan plan_of(const Description& p, const Matrix& a, const Matrix& b, const Matrix& d,
                   bool accumulate) {
  MatmulPlan plan;
  plan.transpose_a = p.transpose_a == CUBLAS_OP_T;
  plan.transpose_b = p.transpose_b == CUBLAS_OP_T;
  plan.m = Dim(d.rows);
  plan.n = Dim(d.columns);
  plan.k = Dim(plan.transpose_a ? a.rows : a.columns);
  plan.lda = a.leading;
  plan.ldb = b.leading;
  plan.ldd = d.leading;
  plan.output = d.type == CUDA_R_32F ? Element::kFloat : Element::kBf16;
  plan.accumulate = accumulate;
  for (const Epilogue e :
       {Epilogue::kBias, Epilogue::kGeluAuxBias, Epilogue::kDgelu, Epilogue::kNone}) {
    if (epilogue(e) == p.epilogue) plan.epilogue = e;
  }
  plan.ld_aux = p.aux_leading;
  return plan;
}

cublasStatus_t judge(const std::string& rule, const MatmulPlan& plan) {
  if (rule.empty()) return CUBLAS_STATUS_SUCCESS;
  if (blas().broken_rule.empty()) blas().broken_rule = rule + ": " + text_of(plan);
  return CUBLAS_STATUS_INVALID_VALUE;
}

/// Returns which operand is not aligned or exceeds its allocation, or "" if there is none.
std::string misplaced(const Description& p, const Matrix& d,
                      std::initializer_list<std::pair<const void*, std::uint64_t>> operands) {
  for (const auto& [at, bytes] : operands) {
    if (!aligned(at)) return "an operand is not aligned";
    if (room(at) < bytes) return "an operand exceeds its allocation";
  }
  const std::uint64_t aux = ((d.columns - 1) * p.aux_leading + d.rows) * 2;
  if (p.has_bias() && room(p.bias) < d.rows * 2) return "the bias exceeds its allocation";
  if (p.has_gelu() && room(p.aux) < aux) return "aux exceeds its allocation";
  return "";
}

const char* of_preference(const Preference& p) {
  for (const std::uint32_t alignment : p.alignment) {
    if (alignment > kOperandAlignment) return "the promised alignment is too large";
  }
  if (p.reductions != CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE)
    return "the reduction scheme allows any order of summation";
  return "";
}

}  // namespace

Blas& blas() {
  static Blas one;
  return one;
}

}  // namespace amt::cuda::fake

using namespace amt::cuda::fake;
namespace cuda = amt::cuda;

extern "C" {

std::size_t cublasLtGetVersion() { return kVersion; }
const char* cublasLtGetStatusString(cublasStatus_t) { return "the text"; }
const char* cublasLtGetStatusName(cublasStatus_t) { return "theName"; }
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = handle_of<cublasLtHandle_t>(0);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete &real<int>(handle);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description,
                                        cublasComputeType_t compute, cudaDataType_t scale) {
  *description = handle_of<cublasLtMatmulDesc_t>(Description{compute, scale});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) {
  delete &real<Description>(description);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t bytes) {
  auto& p = real<Description>(description);
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return get(p.transpose_a, value, bytes), CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return get(p.transpose_b, value, bytes), CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return get(p.epilogue, value, bytes), CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD:
      return get(p.aux_leading, value, bytes), CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return get(p.bias, value, bytes), CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER:
      return get(p.aux, value, bytes), CUBLAS_STATUS_SUCCESS;
    default:
      return CUBLAS_STATUS_INVALID_VALUE;
  }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t leading) {
  *layout = handle_of<cublasLtMatrixLayout_t>(Matrix{type, rows, columns, leading});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete &real<Matrix>(layout);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = handle_of<cublasLtMatmulPreference_t>(Preference{});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete &real<Preference>(preference);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  auto& p = real<Preference>(preference);
  if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) {
    get(p.workspace, value, bytes);
  } else if (attribute == CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK) {
    get(p.reductions, value, bytes);
  } else {
    get(p.alignment[attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES], value, bytes);
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t description,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int asked,
                                              cublasLtMatmulHeuristicResult_t* results,
                                              int* found) {
  const auto& p = real<Description>(description);
  const auto &ma = real<Matrix>(a), &mb = real<Matrix>(b), &md = real<Matrix>(d);
  const auto& may = real<Preference>(preference);
  ++blas().heuristics;
  *found = 0;
  const cuda::MatmulPlan plan = plan_of(p, ma, mb, md, false);
  std::string rule = broken_rule(p, ma, mb, md);
  if (rule.empty()) rule = of_preference(may);
  if (rule.empty() && p.has_gelu() && !blas().has_gelu) return CUBLAS_STATUS_NOT_SUPPORTED;
  for (; *found < std::min(asked, kAlgorithms); ++*found) {
    results[*found] = {};
    results[*found].algo.data[0] = static_cast<std::uint64_t>(*found);
    results[*found].algo.data[1] = may.workspace;  // all workspace that is allowed
    results[*found].workspaceSize = may.workspace;
  }
  return judge(rule, plan);
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t attribute,
                                                    void* value, std::size_t bytes,
                                                    std::size_t* written) {
  std::memset(value, 0, bytes);
  if (attribute == CUBLASLT_ALGO_CONFIG_ID) std::memcpy(value, algorithm->data, bytes);
  *written = bytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t description, const void*,
                              const void* a, cublasLtMatrixLayout_t layout_a, const void* b,
                              cublasLtMatrixLayout_t layout_b, const void* beta, const void* c,
                              cublasLtMatrixLayout_t, void* d, cublasLtMatrixLayout_t layout_d,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t) {
  const auto& p = real<Description>(description);
  const auto &ma = real<Matrix>(layout_a), &mb = real<Matrix>(layout_b),
             &md = real<Matrix>(layout_d);
  const float factor = *static_cast<const float*>(beta);
  const cuda::MatmulPlan plan = plan_of(p, ma, mb, md, factor != 0);
  const int id = static_cast<int>(algorithm->data[0]);
  std::string rule = broken_rule(p, ma, mb, md);
  if (rule.empty()) {
    rule = misplaced(p, md, {{a, ma.bytes()}, {b, mb.bytes()}, {c, md.bytes()}, {d, md.bytes()}});
  }
  if (algorithm->data[1] > workspace_bytes || room(workspace) < workspace_bytes) {
    rule = "the workspace is smaller than the algorithm needs";
  }
  if (!rule.empty()) return judge(rule, plan);
  if (blas().refused.contains(id)) return CUBLAS_STATUS_NOT_SUPPORTED;
  ++blas().products;
  if (p.has_gelu()) ++blas().fused_gelus;
  blas().launched.insert(id);
  device().milliseconds += blas().milliseconds(plan, id);
  const auto run = [=, bias = p.bias, aux = p.aux](auto* out) {
    using Bf16 = __nv_bfloat16;
    submit([=] {
      cuda::execute(plan, static_cast<const Bf16*>(a), static_cast<const Bf16*>(b), out,
                    static_cast<const Bf16*>(bias), static_cast<Bf16*>(aux));
    });
  };
  if (md.type == CUDA_R_32F) {
    run(static_cast<float*>(d));
  } else {
    run(static_cast<__nv_bfloat16*>(d));
  }
  return CUBLAS_STATUS_SUCCESS;
}

}  // extern "C"
