#include "cublaslt_product.hpp"

#include <fmt/core.h>

#include <array>

#include "amt/base/error.hpp"
#include "cublaslt_terms.hpp"
#include "product_choice.hpp"

namespace amt::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr int kProposals = 8;

struct DestroyPreference {
  void operator()(cublasLtMatmulPreference_t p) const { cublasLtMatmulPreferenceDestroy(p); }
};
using Preference = std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, DestroyPreference>;

template <class T>
void set(const Preference& preference, cublasLtMatmulPreferenceAttributes_t attribute,
         const T& value) {
  check_blas(
      cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof(value)),
      "limiting the algorithms");
}

/// Limits the algorithms: partial sums of a split product are stored in fp32 and added in a
/// separate step, never in the order in which they finish.
Preference make_preference() {
  cublasLtMatmulPreference_t raw = nullptr;
  check_blas(cublasLtMatmulPreferenceCreate(&raw), "choosing an algorithm");
  Preference preference(raw);
  set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{kWorkspaceBytes});
  set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
      static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  for (const auto operand :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
    set(preference, operand, std::uint32_t{kOperandAlignment});
  }
  return preference;
}

}  // namespace

std::string description_of(const MatmulPlan& plan) { return "a product of " + text_of(plan); }

void check_blas(cublasStatus_t status, const std::string& what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw Error(
      fmt::format("cuBLASLt: {}: {} ({}): start again to resume from the last checkpoint; "
                  "if it happens again, compare the versions that amt --version prints with "
                  "those of the CUDA Toolkit that it was built with",
                  what, cublasLtGetStatusString(status), cublasLtGetStatusName(status)));
}

BlasLibrary::BlasLibrary(CudaOps& ops) : ops_(ops), workspace_(ops, kWorkspaceBytes) {
  check_blas(cublasLtCreate(&handle_), "starting");
}

std::string BlasLibrary::version() {
  const std::size_t v = cublasLtGetVersion();  // 130100
  return fmt::format("{}.{}.{}", v / 10000, v / 100 % 100, v % 100);
}

BlasProduct::BlasProduct(const MatmulPlan& plan)
    : plan_(plan),
      a_(make_layout(CUDA_R_16BF, stored_a(plan))),
      b_(make_layout(CUDA_R_16BF, stored_b(plan))),
      d_(make_layout(plan.output == Element::kFloat ? CUDA_R_32F : CUDA_R_16BF, stored_d(plan))) {
  describe();
}

BlasProduct::Layout BlasProduct::make_layout(cudaDataType_t type, const StoredMatrix& stored) {
  cublasLtMatrixLayout_t raw = nullptr;
  check_blas(cublasLtMatrixLayoutCreate(&raw, type, stored.rows, stored.columns, stored.leading),
             "describing a matrix");
  return Layout(raw);
}

template <class T>
void BlasProduct::set(cublasLtMatmulDescAttributes_t attribute, const T& value) const {
  check_blas(cublasLtMatmulDescSetAttribute(description_.get(), attribute, &value, sizeof(value)),
             "describing a product");
}

void BlasProduct::describe() {
  cublasLtMatmulDesc_t raw = nullptr;
  check_blas(cublasLtMatmulDescCreate(&raw, CUBLAS_COMPUTE_32F, CUDA_R_32F), "creating a product");
  description_.reset(raw);
  set(CUBLASLT_MATMUL_DESC_TRANSA, operation(plan_.transpose_a));
  set(CUBLASLT_MATMUL_DESC_TRANSB, operation(plan_.transpose_b));
  set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(plan_.epilogue));
  if (has_aux(plan_.epilogue)) {
    set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, std::int64_t{plan_.ld_aux});
  }
}

/// By default, bias and aux have the type of d, which is bf16 here.
void BlasProduct::set_vectors(const void* bias, void* aux) const {
  if (has_bias(plan_.epilogue)) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  if (has_aux(plan_.epilogue)) set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux);
}

std::vector<cublasLtMatmulAlgo_t> BlasProduct::proposals(const BlasLibrary& library) const {
  // Only the alignment of these pointers matters; it must hold for every layer.
  void* const aligned_to_16 = library.workspace_.as<char>() + kOperandAlignment;
  set_vectors(aligned_to_16, aligned_to_16);
  std::array<cublasLtMatmulHeuristicResult_t, kProposals> found;
  int count = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      library.handle_, description_.get(), a_.get(), b_.get(), d_.get(), d_.get(),
      make_preference().get(), kProposals, found.data(), &count);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED) return {};
  check_blas(status, "choosing an algorithm for " + description_of(plan_));
  std::vector<cublasLtMatmulAlgo_t> algorithms;
  for (int i = 0; i < count; ++i) {
    if (found[i].state == CUBLAS_STATUS_SUCCESS) algorithms.push_back(found[i].algo);
  }
  return algorithms;
}

cublasStatus_t BlasProduct::launch(const BlasLibrary& library,
                                   const cublasLtMatmulAlgo_t& algorithm,
                                   const MatmulOperands& o) const {
  set_vectors(o.bias, o.aux);
  const float alpha = 1, beta = plan_.accumulate ? 1 : 0;
  return cublasLtMatmul(library.handle_, description_.get(), &alpha, o.a, a_.get(), o.b, b_.get(),
                        &beta, o.d, d_.get(), o.d, d_.get(), &algorithm,
                        library.workspace_.as<void>(), kWorkspaceBytes, library.ops_.stream());
}

std::string name_of(const cublasLtMatmulAlgo_t& algorithm) {
  struct Attribute {
    cublasLtMatmulAlgoConfigAttributes_t attribute;
    const char* name;
    std::size_t bytes;
  };
  constexpr std::array<Attribute, 9> kAttributes = {
      {{CUBLASLT_ALGO_CONFIG_ID, "id", 4},
       {CUBLASLT_ALGO_CONFIG_TILE_ID, "tile", 4},
       {CUBLASLT_ALGO_CONFIG_SPLITK_NUM, "splits", 4},
       {CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, "reduction", 4},
       {CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, "swizzling", 4},
       {CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, "option", 4},
       {CUBLASLT_ALGO_CONFIG_STAGES_ID, "stages", 4},
       {CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID, "inner", 2},
       {CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, "cluster", 2}}};
  std::string text;
  for (const auto& [attribute, name, bytes] : kAttributes) {
    std::uint32_t value = 0;  // hosts with GPUs are little-endian
    std::size_t written = 0;
    check_blas(cublasLtMatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, bytes, &written),
               "describing an algorithm");
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", name, value);
  }
  return text;
}

}  // namespace amt::cuda
