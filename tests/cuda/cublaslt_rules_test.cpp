// Every product of the shipped models, as the program describes it to cuBLASLt, satisfies
// cuBLASLt's documented rules.
#include "amt/ops/buffer.hpp"
#include "bench/gpu/model_products.hpp"
#include "bench/model_size.hpp"
#include "cuda_ops_fixture.hpp"
#include "src/cuda/cublaslt_product.hpp"

namespace amt::cuda {
namespace {

class CublasLtRules : public CudaOpsTest {};

TEST_F(CublasLtRules, HoldForAllProductsOfTheModelsWith1To64Rows) {
  const BlasLibrary library(*ops_);
  std::size_t products = 0;
  for (const char* size : {"small", "medium", "large"}) {
    const ModelConfig config = sized_config(size);
    for (Dim rows = 1; rows <= 64; ++rows) {
      for (const ModelProduct& product : products_of(config, rows)) {
        for (const MatmulPlan& plan : {product.plan, without_gelu(product.plan)}) {
          EXPECT_EQ(BlasProduct(plan).proposals(library).size(), 3u);
          ASSERT_EQ(fake::blas().broken_rule, "")
              << size << ", " << rows << " rows, " << product.name;
          ++products;
        }
      }
    }
  }
  EXPECT_GE(products, 3u * 64 * 15 * 2);
}

/// Returns the rule that `plan` breaks according to the fake cuBLASLt.
std::string broken_by(const BlasLibrary& library, const MatmulPlan& plan) {
  fake::blas().broken_rule.clear();
  EXPECT_THROW(BlasProduct(plan).proposals(library), Error);
  return std::exchange(fake::blas().broken_rule, "");
}

TEST_F(CublasLtRules, AreReportedIfBroken) {
  const BlasLibrary library(*ops_);
  const MatmulPlan good = plan_linear_forward(64, 64, 256, true);
  const auto changed = [&](const auto& change) {
    MatmulPlan plan = good;
    change(plan);
    return broken_by(library, plan);
  };
  const auto starts = [](const std::string& text, const std::string& with) {
    EXPECT_EQ(text.substr(0, with.size()), with) << text;
  };
  starts(changed([](MatmulPlan& p) { p.lda = 8; }), "leading dimension below the rows");
  starts(changed([](MatmulPlan& p) { p.ldd = 257; }), "leading dimension not a multiple of 16");
  starts(changed([](MatmulPlan& p) { p.ld_aux = 8; }), "leading dimension of aux");
  starts(changed([](MatmulPlan& p) { p.ld_aux = 260; }), "leading dimension of aux");
  starts(changed([](MatmulPlan& p) { p.output = Element::kFloat; }), "epilogue of fp32");
}

}  // namespace
}  // namespace amt::cuda
