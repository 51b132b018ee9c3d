#include "matmul.hpp"

#include <cublasLt.h>
#include <fmt/core.h>

#include <array>
#include <limits>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/ops/buffer.hpp"
#include "cublaslt_terms.hpp"

namespace amt::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr std::uint32_t kAlignment = 16;  // bytes, of every operand
constexpr int kProposals = 8, kTimedLaunches = 3;

std::string text(const MatmulPlan& plan) { return "a product of " + text_of(plan); }

void check_blas(cublasStatus_t status, const std::string& what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw Error(
      fmt::format("cuBLASLt: {}: {} ({}): start again to go on from the last checkpoint; "
                  "if it comes back, compare the versions that amt --version prints with "
                  "those of the CUDA Toolkit that it was built with",
                  what, cublasLtGetStatusString(status), cublasLtGetStatusName(status)));
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
    set(description, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, std::int64_t{p.ld_aux});
  }
  return description;
}

Layout make_layout(cudaDataType_t type, const StoredMatrix& stored) {
  cublasLtMatrixLayout_t raw = nullptr;
  check_blas(cublasLtMatrixLayoutCreate(&raw, type, stored.rows, stored.columns, stored.leading),
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

/// What tells an algorithm from others of the same version of the library.
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
    std::uint32_t value = 0;  // the processors with GPUs are little-endian
    std::size_t written = 0;
    check_blas(cublasLtMatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, bytes, &written),
               "asking what an algorithm is");
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", name, value);
  }
  return text;
}

void check_alignment(const MatmulPlan& plan, const MatmulOperands& o) {
  for (const void* operand :
       {o.a, o.b, static_cast<const void*>(o.d), o.bias, static_cast<const void*>(o.aux)}) {
    if (reinterpret_cast<std::uintptr_t>(operand) % kAlignment == 0) continue;
    throw Error(
        fmt::format("{} was given memory that is not aligned to {} bytes: this is a bug in "
                    "amt, please report it",
                    text(plan), kAlignment));
  }
}

}  // namespace

struct Matmul::Prepared {
  MatmulPlan plan;
  Description description;
  Layout a, b, d;
  cublasLtMatmulAlgo_t algorithm;
};

struct Matmul::Library {
  explicit Library(CudaOps& ops_) : ops(ops_), workspace(ops_, kWorkspaceBytes) {
    check_blas(cublasLtCreate(&handle), "starting");
  }
  ~Library() { cublasLtDestroy(handle); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  std::vector<cublasLtMatmulHeuristicResult_t> proposals(const Prepared& p) const;
  cublasStatus_t launch(const Prepared& p, const cublasLtMatmulAlgo_t& algorithm,
                        const MatmulOperands& operands) const;

  CudaOps& ops;
  Buffer workspace;
  cublasLtHandle_t handle = nullptr;
};

/// Not empty; what is expected to be the fastest first.
std::vector<cublasLtMatmulHeuristicResult_t> Matmul::Library::proposals(const Prepared& p) const {
  // Only their alignment matters here, and it must be that of any layer's.
  void* const aligned_to_16 = workspace.as<char>() + kAlignment;
  set_vectors(p.description, p.plan, aligned_to_16, aligned_to_16);
  std::vector<cublasLtMatmulHeuristicResult_t> found(kProposals);
  int count = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      handle, p.description.get(), p.a.get(), p.b.get(), p.d.get(), p.d.get(),
      make_preference().get(), kProposals, found.data(), &count);
  check_blas(status, fmt::format("choosing an algorithm for {}", text(p.plan)));
  found.resize(count);
  std::erase_if(found, [](const auto& result) { return result.state != CUBLAS_STATUS_SUCCESS; });
  check_blas(found.empty() ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS,
             fmt::format("no algorithm for {}", text(p.plan)));
  return found;
}

cublasStatus_t Matmul::Library::launch(const Prepared& p, const cublasLtMatmulAlgo_t& algorithm,
                                       const MatmulOperands& operands) const {
  set_vectors(p.description, p.plan, operands.bias, operands.aux);
  const float alpha = 1, beta = p.plan.accumulate ? 1 : 0;
  return cublasLtMatmul(handle, p.description.get(), &alpha, operands.a, p.a.get(), operands.b,
                        p.b.get(), &beta, operands.d, p.d.get(), operands.d, p.d.get(), &algorithm,
                        workspace.as<void>(), kWorkspaceBytes, ops.stream());
}

/// Times algorithms for a product that is about to be run. What that product will write before
/// anything reads it may be written here, too; what it adds to may not.
class Matmul::Trial {
 public:
  Trial(const Library& library, const Prepared& prepared, const MatmulOperands& operands)
      : library_(library), prepared_(prepared), operands_(operands) {
    if (!prepared.plan.accumulate) return;
    const StoredMatrix d = stored_d(prepared.plan);
    try {
      sums_ = Buffer::floats(library.ops, d.columns * d.leading);
      sums_.zero();
    } catch (const Error&) {  // too little memory to time anything
    }
    operands_.d = sums_.as<void>();
  }

  /// Of a few in a row, each of which finds its operands where the one before has left them.
  double seconds(const cublasLtMatmulAlgo_t& algorithm) {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    if (operands_.d == nullptr) return kNever;
    timer_->start();
    for (int i = 0; i < kTimedLaunches; ++i) {
      if (library_.launch(prepared_, algorithm, operands_) != CUBLAS_STATUS_SUCCESS) return kNever;
    }
    timer_->stop();
    return timer_->seconds();
  }

 private:
  const Library& library_;
  const Prepared& prepared_;
  MatmulOperands operands_;
  Buffer sums_;
  std::unique_ptr<DeviceTimer> timer_ = library_.ops.make_timer();
};

Matmul::Matmul(CudaOps& ops, ProductChoice& choice)
    : choice_(choice), library_(std::make_unique<Library>(ops)) {}

Matmul::~Matmul() = default;

std::string Matmul::version() {
  const std::size_t v = cublasLtGetVersion();  // 130100
  return fmt::format("{}.{}.{}", v / 10000, v / 100 % 100, v % 100);
}

const Matmul::Prepared& Matmul::prepared(const MatmulPlan& plan, const MatmulOperands& operands) {
  const auto known = plans_.find(plan);
  if (known != plans_.end()) return known->second;
  const cudaDataType_t type = plan.output == Element::kFloat ? CUDA_R_32F : CUDA_R_16BF;
  Prepared made{plan,
                make_description(plan),
                make_layout(CUDA_R_16BF, stored_a(plan)),
                make_layout(CUDA_R_16BF, stored_b(plan)),
                make_layout(type, stored_d(plan)),
                {}};
  const auto found = library_->proposals(made);
  std::vector<std::string> names;
  for (const auto& result : found) names.push_back(name_of(result.algo));
  std::optional<Trial> trial;
  const std::size_t chosen = choice_.choose(plan, names, [&](std::size_t i) {
    if (!trial) trial.emplace(*library_, made, operands);
    return trial->seconds(found[i].algo);
  });
  made.algorithm = found[chosen].algo;
  return plans_.emplace(plan, std::move(made)).first->second;
}

void Matmul::run(const MatmulPlan& plan, const MatmulOperands& operands) {
  check_alignment(plan, operands);
  const Prepared& p = prepared(plan, operands);
  const cublasStatus_t status = library_->launch(p, p.algorithm, operands);
  if (status != CUBLAS_STATUS_SUCCESS) check_blas(status, text(plan));
}

}  // namespace amt::cuda
