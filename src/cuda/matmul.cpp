#include "matmul.hpp"

#include <cublasLt.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr std::uint32_t kAlignment = 16;  // bytes, of every operand

std::string text(const MatmulPlan& p) {
  return str_cat("a product of ", p.m, " x ", p.n, " x ", p.k,
                 p.output == Element::kFloat ? " to fp32" : " to bf16", ", epilogue ",
                 static_cast<int>(p.epilogue));
}

void check_blas(cublasStatus_t status, const std::string& what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw Error(str_cat("cuBLASLt: ", what, ": ", cublasLtGetStatusString(status), " (",
                      cublasLtGetStatusName(status),
                      "): start again to go on from the last checkpoint; if it comes back, compare "
                      "the versions that amt --version prints with those of the CUDA Toolkit that "
                      "it was built with"));
}

struct DestroyDescription {
  void operator()(cublasLtMatmulDesc_t p) const { cublasLtMatmulDescDestroy(p); }
};
struct DestroyLayout {
  void operator()(cublasLtMatrixLayout_t p) const { cublasLtMatrixLayoutDestroy(p); }
};
struct DestroyPreference {
  void operator()(cublasLtMatmulPreference_t p) const { cublasLtMatmulPreferenceDestroy(p); }
};
using Description = std::unique_ptr<cublasLtMatmulDescOpaque_t, DestroyDescription>;
using Layout = std::unique_ptr<cublasLtMatrixLayoutOpaque_t, DestroyLayout>;
using Preference = std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, DestroyPreference>;

template <class T>
void set(const Description& description, cublasLtMatmulDescAttributes_t attribute, const T& value) {
  check_blas(cublasLtMatmulDescSetAttribute(description.get(), attribute, &value, sizeof(value)),
             "describing a product");
}
template <class T>
void set(const Preference& preference, cublasLtMatmulPreferenceAttributes_t attribute,
         const T& value) {
  check_blas(
      cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof(value)),
      "saying what an algorithm may do");
}

cublasOperation_t operation(bool transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; }

bool has_bias(Epilogue e) { return e == Epilogue::kBias || e == Epilogue::kGeluAuxBias; }
bool has_aux(Epilogue e) { return e == Epilogue::kDgelu || e == Epilogue::kGeluAuxBias; }

cublasLtEpilogue_t epilogue(Epilogue e) {
  switch (e) {
    case Epilogue::kBias:
      return CUBLASLT_EPILOGUE_BIAS;
    case Epilogue::kGeluAuxBias:
      return CUBLASLT_EPILOGUE_GELU_AUX_BIAS;
    case Epilogue::kDgelu:
      return CUBLASLT_EPILOGUE_DGELU;
    case Epilogue::kNone:
      break;
  }
  return CUBLASLT_EPILOGUE_DEFAULT;
}

/// Bias and aux have the type of d where cuBLASLt is not told otherwise, which here is bf16.
void set_vectors(const Description& description, const MatmulPlan& p, const void* bias, void* aux) {
  if (has_bias(p.epilogue)) set(description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  if (has_aux(p.epilogue)) set(description, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux);
}

Description make_description(const MatmulPlan& p) {
  cublasLtMatmulDesc_t raw = nullptr;
  check_blas(cublasLtMatmulDescCreate(&raw, CUBLAS_COMPUTE_32F, CUDA_R_32F), "making a product");
  Description description(raw);
  set(description, CUBLASLT_MATMUL_DESC_TRANSA, operation(p.transpose_a));
  set(description, CUBLASLT_MATMUL_DESC_TRANSB, operation(p.transpose_b));
  set(description, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(p.epilogue));
  if (has_aux(p.epilogue)) {
    set(description, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, static_cast<std::int64_t>(p.ld_aux));
  }
  return description;
}

Layout make_layout(cudaDataType_t type, const StoredMatrix& stored) {
  cublasLtMatrixLayout_t raw = nullptr;
  check_blas(cublasLtMatrixLayoutCreate(&raw, type, static_cast<std::uint64_t>(stored.rows),
                                        static_cast<std::uint64_t>(stored.columns), stored.leading),
             "describing a matrix");
  return Layout(raw);
}

/// What an algorithm may do: partial sums of a split product are stored in fp32 and added in a step
/// of their own, never in the order in which they are done.
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
    set(preference, operand, kAlignment);
  }
  return preference;
}

void check_alignment(const MatmulPlan& plan, const MatmulOperands& o) {
  for (const void* operand :
       {o.a, o.b, static_cast<const void*>(o.d), o.bias, static_cast<const void*>(o.aux)}) {
    if (reinterpret_cast<std::uintptr_t>(operand) % kAlignment == 0) continue;
    throw Error(str_cat(text(plan), " was given memory that is not aligned to ", kAlignment,
                        " bytes: this is a bug in amt, please report it"));
  }
}

}  // namespace

struct Matmul::Library {
  cublasLtHandle_t handle = nullptr;
  Library() { check_blas(cublasLtCreate(&handle), "starting"); }
  ~Library() { cublasLtDestroy(handle); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

struct Matmul::Prepared {
  Description description;
  Layout a, b, d;
  cublasLtMatmulAlgo_t algorithm;
};

Matmul::Matmul(CudaOps& ops)
    : ops_(ops), workspace_(ops, kWorkspaceBytes), library_(std::make_unique<Library>()) {}

Matmul::~Matmul() = default;

std::string Matmul::version() {
  const std::size_t v = cublasLtGetVersion();  // 130100
  return str_cat(v / 10000, ".", v / 100 % 100, ".", v % 100);
}

const Matmul::Prepared& Matmul::prepared(const MatmulPlan& plan) {
  const auto known = plans_.find(plan);
  if (known != plans_.end()) return known->second;
  const cudaDataType_t type = plan.output == Element::kFloat ? CUDA_R_32F : CUDA_R_16BF;
  Prepared made{make_description(plan),
                make_layout(CUDA_R_16BF, stored_a(plan)),
                make_layout(CUDA_R_16BF, stored_b(plan)),
                make_layout(type, stored_d(plan)),
                {}};
  // Only their alignment matters here, and it must be that of any layer's.
  void* const aligned_to_16 = workspace_.as<char>() + kAlignment;
  set_vectors(made.description, plan, aligned_to_16, aligned_to_16);
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      library_->handle, made.description.get(), made.a.get(), made.b.get(), made.d.get(),
      made.d.get(), make_preference().get(), 1, &best, &found);
  check_blas(status, str_cat("choosing an algorithm for ", text(plan)));
  check_blas(found == 0 ? CUBLAS_STATUS_NOT_SUPPORTED : best.state,
             str_cat("no algorithm for ", text(plan)));
  made.algorithm = best.algo;
  return plans_.emplace(plan, std::move(made)).first->second;
}

void Matmul::run(const MatmulPlan& plan, const MatmulOperands& operands) {
  check_alignment(plan, operands);
  const Prepared& p = prepared(plan);
  set_vectors(p.description, plan, operands.bias, operands.aux);
  const float alpha = 1, beta = plan.accumulate ? 1 : 0;
  check_blas(
      cublasLtMatmul(library_->handle, p.description.get(), &alpha, operands.a, p.a.get(),
                     operands.b, p.b.get(), &beta, operands.d, p.d.get(), operands.d, p.d.get(),
                     &p.algorithm, workspace_.as<void>(), kWorkspaceBytes, ops_.stream()),
      text(plan));
}

}  // namespace amt::cuda
