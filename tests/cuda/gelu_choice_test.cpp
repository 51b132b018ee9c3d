// Tests whether GELU is computed in cuBLASLt's epilogue or in a kernel of its own, and that both
// give the same results.
#include "amt/ops/algorithm_choice.hpp"
#include "amt/ops/weights.hpp"
#include "cuda_ops_fixture.hpp"
#include "ops/linear_calls.hpp"
#include "src/cuda/matmul.hpp"
#include "src/cuda/product_choice.hpp"

namespace amt::cuda {
namespace {

using test::distance;

/// The two linear layers before and after a GELU, large enough for their products to be timed.
struct Layer {
  Dim n = 8, width = 8, wide = 32;
};
constexpr Layer kSmall;

struct Outputs {
  std::vector<float> out, pre, dx, dweight;
};

class GeluChoice : public CudaOpsTest {
 protected:
  Outputs run(const Layer& s) {
    const auto x = bf16_normal(s.n * s.width, 1), w = bf16_normal(s.width * s.wide, 2);
    const auto dout = bf16_normal(s.n * s.width, 3), v = bf16_normal(s.wide * s.width, 4);
    std::vector<float> parameters(w);
    parameters.resize(w.size() + s.wide, 0.25f);  // the bias
    const Dim back = Dim(parameters.size());
    parameters.insert(parameters.end(), v.begin(), v.end());
    const Buffer weights = upload(parameters), input = upload_bf16(x), gradient = upload_bf16(dout);
    Weights known(*ops_, weights.as<float>(), Dim(parameters.size()));
    known.refresh();
    const Buffer out = Buffer::activations(*ops_, s.n * s.wide);
    const Buffer pre = Buffer::activations(*ops_, s.n * s.wide);
    const Buffer dx = Buffer::activations(*ops_, s.n * s.wide);
    const Buffer dweight = upload(std::vector<float>(v.size(), 1)),
                 dbias = upload(std::vector<float>(s.width));
    ops_->run(LinearForward{.out = out.activation(),
                            .pre = pre.activation(),
                            .x = input.activation(),
                            .weight = weights.as<float>(),
                            .bias = weights.as<float>() + w.size(),
                            .n = s.n,
                            .in_width = s.width,
                            .out_width = s.wide});
    ops_->run(LinearBackward{.dx = dx.activation(),
                             .dweight = dweight.as<float>(),
                             .dbias = dbias.as<float>(),
                             .dout = gradient.activation(),
                             .x = out.activation(),
                             .pre = pre.activation(),
                             .weight = weights.as<float>() + back,
                             .n = s.n,
                             .in_width = s.wide,
                             .out_width = s.width});
    return {download_bf16(out), download_bf16(pre), download_bf16(dx), download(dweight)};
  }

  static Outputs expected(const Layer& s) {
    const auto wide = [](const std::vector<float>& v) { return test::convert<double>(v); };
    const auto x = wide(bf16_normal(s.n * s.width, 1)), w = wide(bf16_normal(s.width * s.wide, 2));
    const auto dout = wide(bf16_normal(s.n * s.width, 3)),
               v = wide(bf16_normal(s.wide * s.width, 4));
    const std::vector<double> bias(s.wide, 0.25);
    std::vector<double> out(s.n * s.wide), pre(out), dx(out), dweight(v.size(), 1), dbias(s.width);
    plain::run(
        test::linear<double>(out.data(), pre.data(), x.data(), w, bias, s.n, s.width, s.wide));
    plain::run(test::linear_backward<double>(dx.data(), dweight, dbias, dout.data(), out.data(),
                                             pre.data(), v, s.n, s.wide, s.width));
    const auto narrow = [](const std::vector<double>& all) { return test::convert<float>(all); };
    return {narrow(out), narrow(pre), narrow(dx), narrow(dweight)};
  }

  static void expect_near(const Outputs& got, const Outputs& expected) {
    EXPECT_LT(distance(got.out, expected.out), 0.01);
    EXPECT_LT(distance(got.pre, expected.pre), 0.01);
    EXPECT_LT(distance(got.dx, expected.dx), 0.01);
    EXPECT_LT(distance(got.dweight, expected.dweight), 0.01);
  }
};

TEST_F(GeluChoice, IsFusedWithoutTiming) {
  expect_near(run(kSmall), expected(kSmall));
  EXPECT_EQ(fake::blas().fused_gelus, 2u);
}

TEST_F(GeluChoice, IsSeparateIfTheLibraryLacksIt) {
  fake::blas().has_gelu = false;
  expect_near(run(kSmall), expected(kSmall));
  EXPECT_EQ(fake::blas().fused_gelus, 0u);
  EXPECT_EQ(fake::blas().products, 3u);
}

/// Runs products with GELU, forward and backward, through a Matmul of its own. All are large enough
/// to be timed.
class TimedGelu : public CudaOpsTest {
 protected:
  static constexpr Dim kN = 8, kIn = 16, kOut = 24;
  static constexpr const char* kCard = "a card";

  /// Returns the output, the input of the GELU, and the gradient with respect to that input.
  std::vector<std::vector<float>> run(ProductChoice& choice) {
    Matmul matmul(*ops_, choice);
    const Buffer x = upload_bf16(bf16_normal(kN * kIn, 1)),
                 w = upload_bf16(bf16_normal(kIn * kOut, 2));
    const Buffer bias = upload_bf16(bf16_normal(kOut, 3)),
                 dout = upload_bf16(bf16_normal(kN * kIn, 4));
    const Buffer v = upload_bf16(bf16_normal(kOut * kIn, 5));
    const Buffer out = Buffer::activations(*ops_, kN * kOut);
    const Buffer pre = Buffer::activations(*ops_, kN * kOut);
    const Buffer dx = Buffer::activations(*ops_, kN * kOut);
    matmul.run(plan_linear_forward(kN, kIn, kOut, true),
               {w.as<void>(), x.as<void>(), out.as<void>(), bias.as<void>(), pre.as<void>()});
    matmul.run(plan_linear_input(kN, kOut, kIn, true),
               {v.as<void>(), dout.as<void>(), dx.as<void>(), nullptr, pre.as<void>()});
    return {download_bf16(out), download_bf16(pre), download_bf16(dx)};
  }
  ProductChoice timing() {
    ProductChoice choice(kCard, 0);
    choice.set_timing(true);
    return choice;
  }
  static void expect_near(const std::vector<std::vector<float>>& got,
                          const std::vector<std::vector<float>>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_LT(distance(got[i], expected[i]), 0.01) << i;
    }
  }
  static void fused_takes(double milliseconds) {
    fake::blas().milliseconds = [=](const MatmulPlan& plan, int) {
      return has_gelu(plan.epilogue) ? milliseconds : 1.0;
    };
  }
};

TEST_F(TimedGelu, IsFusedIfThatIsFaster) {
  fused_takes(0.9);
  ProductChoice choice = timing();
  run(choice);
  EXPECT_EQ(choice.record().find("GELU apart"), std::string::npos) << choice.record();
}

TEST_F(TimedGelu, IsSeparateIfThatIsFasterWithTheSameResults) {
  ProductChoice untimed(kCard, 0);
  const auto fused = run(untimed);
  fused_takes(1.1);
  ProductChoice choice = timing();
  expect_near(run(choice), fused);
  const std::string record = choice.record();
  const std::size_t first = record.find("GELU apart");
  ASSERT_NE(first, std::string::npos) << record;
  EXPECT_NE(record.find("GELU apart", first + 1), std::string::npos) << "backward: " << record;

  // A resumed run must give the same bits without timing anything.
  const auto apart = run(choice);
  ProductChoice resumed(kCard, 0);
  EXPECT_EQ(resumed.take(record), "");
  fake::blas().fused_gelus = fake::blas().products = 0;
  EXPECT_EQ(run(resumed), apart);
  EXPECT_EQ(fake::blas().fused_gelus, 0u);
  EXPECT_EQ(fake::blas().products, 2u);
}

TEST_F(TimedGelu, IsSeparateIfNoFusedAlgorithmCanBeLaunched) {
  ProductChoice untimed(kCard, 0);
  const auto fused = run(untimed);
  fused_takes(0.1);
  fake::blas().has_gelu = false;
  ProductChoice choice = timing();
  expect_near(run(choice), fused);
}

TEST_F(TimedGelu, TakesTheFastestAlgorithmThatWorks) {
  fake::blas().milliseconds = [](const MatmulPlan&, int i) { return 3.0 - i; };
  fake::blas().refused = {2};
  ProductChoice choice = timing();
  run(choice);
  fake::blas().launched.clear();
  run(choice);
  EXPECT_EQ(fake::blas().launched, std::set<int>{1});
}

}  // namespace
}  // namespace amt::cuda
