// Times each product of a micro-batch with every algorithm that cuBLASLt proposes for it, to show
// how much faster the fastest one is than the first proposal, and what a GELU in the epilogue
// costs. Links cuBLASLt directly.
//
//   product_bench [--size small|medium|large] [--rows N]
#include <cublasLt.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/gpu/model_products.hpp"
#include "bench/model_size.hpp"
#include "src/cuda/cublaslt_terms.hpp"
#include "src/cuda/matmul_plan.hpp"

namespace amt::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{64} << 20;
constexpr int kProposals = 24, kRounds = 5, kLaunches = 4;

void check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "product_bench: %s failed\n", what);
  std::exit(1);
}
#define CHECK(call) check((call) == 0, #call)

struct Product {
  std::string name;
  MatmulPlan plan;
  Dim calls;                  ///< calls per micro-batch
  bool sums_columns = false;  ///< also computes the bias gradient, in the epilogue
};

/// Returns the products of a micro-batch and, for some of them, alternatives.
std::vector<Product> candidates(const ModelConfig& config, Dim rows) {
  std::vector<Product> all;
  for (const ModelProduct& product : products_of(config, rows)) {
    all.push_back({product.name, product.plan, product.calls});
    if (has_gelu(product.plan.epilogue)) {
      all.push_back({product.name + " without GELU", without_gelu(product.plan), 0});
    }
    if (product.plan.accumulate && product.calls == config.num_layers) {
      all.push_back({product.name + " and db", product.plan, 0, true});
    }
  }
  return all;
}

/// Allocates random values near +-1, in bf16 or fp32. They are random because the data affect the
/// GPU's power draw and so its clock rate.
void* random_memory(std::size_t bytes) {
  std::vector<std::uint16_t> host(bytes / 2);
  std::uint32_t state = 12345;
  for (auto& value : host) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<std::uint16_t>(0x3c00 | (state >> 16 & 0x83ff));
  }
  void* device = nullptr;
  CHECK(cudaMalloc(&device, bytes));
  CHECK(cudaMemcpy(device, host.data(), bytes, cudaMemcpyHostToDevice));
  return device;
}

class Bench {
 public:
  explicit Bench(std::size_t bytes)
      : a_(random_memory(bytes)),
        b_(random_memory(bytes)),
        d_(random_memory(2 * bytes)),
        aux_(random_memory(bytes)) {
    CHECK(cudaMalloc(&workspace_, kWorkspaceBytes));
    CHECK(cublasLtCreate(&handle_));
    CHECK(cudaEventCreate(&start_));
    CHECK(cudaEventCreate(&stop_));
  }

  void run(const Product& product) {
    describe(product.plan);
    if (product.sums_columns) {
      set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BGRADA);
      set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, aux_);
    }
    std::vector<cublasLtMatmulHeuristicResult_t> found(kProposals);
    int count = 0;
    const auto status = cublasLtMatmulAlgoGetHeuristic(
        handle_, description_, la_, lb_, ld_, ld_, preference_, kProposals, found.data(), &count);
    if (status != CUBLAS_STATUS_SUCCESS || count == 0) {
      std::printf("%-22s no algorithm\n", product.name.c_str());
      return;
    }
    std::vector<double> best(static_cast<std::size_t>(count), 1e9);
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        best[at] = std::min(best[at], seconds(found[at].algo, product.plan.accumulate));
      }
    }
    report(product, found, best);
  }

 private:
  template <class T>
  void set(cublasLtMatmulDescAttributes_t attribute, const T& value) {
    CHECK(cublasLtMatmulDescSetAttribute(description_, attribute, &value, sizeof(value)));
  }
  cublasLtMatrixLayout_t layout(cudaDataType_t type, const StoredMatrix& m) {
    cublasLtMatrixLayout_t made = nullptr;
    CHECK(cublasLtMatrixLayoutCreate(&made, type, static_cast<std::uint64_t>(m.rows),
                                     static_cast<std::uint64_t>(m.columns), m.leading));
    return made;
  }

  void describe(const MatmulPlan& p) {  // leaks a few small objects per product
    CHECK(cublasLtMatmulDescCreate(&description_, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    set(CUBLASLT_MATMUL_DESC_TRANSA, operation(p.transpose_a));
    set(CUBLASLT_MATMUL_DESC_TRANSB, operation(p.transpose_b));
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(p.epilogue));
    if (has_bias(p.epilogue)) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, a_);
    if (has_aux(p.epilogue)) {
      set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux_);
      set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, std::int64_t{p.ld_aux});
    }
    la_ = layout(CUDA_R_16BF, stored_a(p));
    lb_ = layout(CUDA_R_16BF, stored_b(p));
    ld_ = layout(p.output == Element::kFloat ? CUDA_R_32F : CUDA_R_16BF, stored_d(p));
    CHECK(cublasLtMatmulPreferenceCreate(&preference_));
    CHECK(cublasLtMatmulPreferenceSetAttribute(preference_,
                                               CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                               &kWorkspaceBytes, sizeof(kWorkspaceBytes)));
    const std::uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    CHECK(cublasLtMatmulPreferenceSetAttribute(
        preference_, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &schemes, sizeof(schemes)));
  }

  /// Returns the seconds that one product takes, averaged over kLaunches launches.
  double seconds(const cublasLtMatmulAlgo_t& algorithm, bool accumulate) {
    const float alpha = 1, beta = accumulate ? 1 : 0;
    CHECK(cudaEventRecord(start_));
    for (int i = 0; i < kLaunches; ++i) {
      if (cublasLtMatmul(handle_, description_, &alpha, a_, la_, b_, lb_, &beta, d_, ld_, d_, ld_,
                         &algorithm, workspace_, kWorkspaceBytes, nullptr) != 0) {
        return 1e9;
      }
    }
    CHECK(cudaEventRecord(stop_));
    CHECK(cudaEventSynchronize(stop_));
    float milliseconds = 0;
    CHECK(cudaEventElapsedTime(&milliseconds, start_, stop_));
    return 1e-3 * milliseconds / kLaunches;
  }

  void report(const Product& product, const std::vector<cublasLtMatmulHeuristicResult_t>& found,
              const std::vector<double>& best) {
    const MatmulPlan& p = product.plan;
    const auto fastest =
        static_cast<std::size_t>(std::min_element(best.begin(), best.end()) - best.begin());
    const double flops = 2.0 * double(p.m) * double(p.n) * double(p.k);
    std::size_t small = 0;  // fastest algorithm within amt's 32 MiB workspace
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (found[i].workspaceSize <= kWorkspaceBytes / 2 && best[i] < best[small]) small = i;
    }
    std::printf(
        "%-22s %6ld %6ld %6ld  first %8.1f us %4.0f TFLOP/s  fastest %2zu of %2zu %8.1f us %4.0f  "
        "x %2ld: %6.2f -> %6.2f ms  (32 MiB: %2zu %8.1f us)\n",
        product.name.c_str(), long(p.m), long(p.n), long(p.k), 1e6 * best[0],
        1e-12 * flops / best[0], fastest, best.size(), 1e6 * best[fastest],
        1e-12 * flops / best[fastest], long(product.calls), 1e3 * best[0] * double(product.calls),
        1e3 * best[fastest] * double(product.calls), small, 1e6 * best[small]);
    first_ += best[0] * double(product.calls);
    fastest_ += best[fastest] * double(product.calls);
  }

 public:
  void print_sum() const {
    std::printf("whole micro-batch: first %.2f ms, fastest %.2f ms\n", 1e3 * first_,
                1e3 * fastest_);
  }

 private:
  void *a_, *b_, *d_, *aux_, *workspace_ = nullptr;
  cublasLtHandle_t handle_ = nullptr;
  cudaEvent_t start_ = nullptr, stop_ = nullptr;
  cublasLtMatmulDesc_t description_ = nullptr;
  cublasLtMatrixLayout_t la_ = nullptr, lb_ = nullptr, ld_ = nullptr;
  cublasLtMatmulPreference_t preference_ = nullptr;
  double first_ = 0, fastest_ = 0;
};

}  // namespace
}  // namespace amt::cuda

int main(int argc, char** argv) {
  std::string size = "small";
  long rows = 32;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--size") == 0) size = argv[i + 1];
    if (std::strcmp(argv[i], "--rows") == 0) rows = std::atol(argv[i + 1]);
  }
  const amt::ModelConfig config = amt::sized_config(size);
  // The largest operand: a block of logits, or the widest activation.
  const auto n = static_cast<std::size_t>(rows * config.seq_len);
  const std::size_t widest = 4 * n * static_cast<std::size_t>(config.hidden_dim);
  const std::size_t logits = std::min<std::size_t>(n, 8192) * 55040;
  const std::size_t table = std::size_t{55040} * static_cast<std::size_t>(config.hidden_dim);
  amt::cuda::Bench bench(2 * std::max({widest, logits, table}));
  for (const auto& product : amt::cuda::candidates(config, rows)) bench.run(product);
  bench.print_sum();
  return 0;
}
