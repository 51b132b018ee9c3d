// Executes the plans of matmul_plan.hpp naively, following cuBLASLt's documentation, and compares
// the results with the plain code. This finds a wrong transpose or leading dimension without a GPU.
#include "src/cuda/matmul_plan.hpp"

#include "matmul_interpreter.hpp"
#include "ops/linear_calls.hpp"
#include "ops/lm_head_calls.hpp"

namespace amt::cuda {
namespace {

using test::distance;
using test::normal;
using Values = std::vector<double>;

/// Checks that the plan covers exactly the elements of its matrices, then executes it.
void run(const MatmulPlan& p, const Values& a, const Values& b, Values& d, const Values& bias = {},
         Values* aux = nullptr) {
  ASSERT_EQ(extent(stored_a(p)), Dim(a.size()));
  ASSERT_EQ(extent(stored_b(p)), Dim(b.size()));
  ASSERT_EQ(extent(stored_d(p)), Dim(d.size()));
  if (p.ld_aux != 0) {
    ASSERT_EQ(extent({p.m, p.n, p.ld_aux}), Dim(aux->size()));
  }
  execute(p, a.data(), b.data(), d.data(), bias.data(), aux != nullptr ? aux->data() : nullptr);
}

class LinearPlans : public testing::TestWithParam<bool> {};  // with GELU

TEST_P(LinearPlans, ComputeTheForwardPass) {
  const Dim n = 5, in = 3, out = 7;
  auto x = normal<double>(n * in, 1), w = normal<double>(in * out, 2), b = normal<double>(out, 3);
  Values y(n * out), pre(n * out), expected(n * out), expected_pre(n * out);
  run(plan_linear_forward(n, in, out, GetParam()), w, x, y, b, &pre);
  plain::run(test::linear<double>(expected.data(), GetParam() ? expected_pre.data() : nullptr,
                                  x.data(), w, b, n, in, out));
  EXPECT_LT(distance(y, expected), 1e-6);
  EXPECT_LT(distance(pre, expected_pre), 1e-6);
}

TEST_P(LinearPlans, ComputeTheBackwardPass) {
  const Dim n = 5, in = 3, out = 7;
  auto x = normal<double>(n * in, 1), w = normal<double>(in * out, 2);
  auto dout = normal<double>(n * out, 3), pre = normal<double>(n * in, 4);
  Values dx(n * in), dw = normal<double>(in * out, 5), db(out);
  Values expected_dx(dx), expected_dw(dw);
  plain::run(test::linear_backward<double>(expected_dx.data(), expected_dw, db, dout.data(),
                                           x.data(), GetParam() ? pre.data() : nullptr, w, n, in,
                                           out));
  run(plan_linear_input(n, in, out, GetParam()), w, dout, dx, {}, &pre);
  run(plan_linear_weight(n, in, out), dout, x, dw);
  EXPECT_LT(distance(dx, expected_dx), 1e-6);
  EXPECT_LT(distance(dw, expected_dw), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Gelu, LinearPlans, testing::Bool());

TEST(LmHeadPlans, ComputeLogitsAndGradients) {
  const Dim n = 4, vocab = 9, width = 5;
  auto x = normal<double>(n * width, 1), wte = normal<double>(vocab * width, 2);
  auto dlogits = normal<double>(n * vocab, 3), dwte = normal<double>(vocab * width, 4);
  Values logits(n * vocab), expected(n * vocab), dx(n * width), expected_dx(n * width);
  Values expected_dwte(dwte);
  const LmHeadShape shape{1, n, width, vocab, vocab};
  plain::run(test::head_logits<double>(expected, x.data(), wte, shape));
  for (Dim i = 0; i < n; ++i) {
    for (Dim v = 0; v < vocab; ++v) {
      for (Dim c = 0; c < width; ++c) {
        expected_dx[i * width + c] += dlogits[i * vocab + v] * wte[v * width + c];
        expected_dwte[v * width + c] += dlogits[i * vocab + v] * x[i * width + c];
      }
    }
  }
  run(plan_logits(n, vocab, width, Element::kBf16), wte, x, logits);
  run(plan_logits_input(n, vocab, width), wte, dlogits, dx);
  run(plan_logits_weight(n, vocab, width), x, dlogits, dwte);
  EXPECT_LT(distance(logits, expected), 1e-6);
  EXPECT_LT(distance(dx, expected_dx), 1e-6);
  EXPECT_LT(distance(dwte, expected_dwte), 1e-6);
}

TEST(MatmulPlans, StoreGradientsOfWeightsInFp32AndAddToThem) {
  for (const MatmulPlan& plan : {plan_linear_weight(8, 16, 24), plan_logits_weight(8, 128, 16)}) {
    EXPECT_EQ(plan.output, Element::kFloat);
    EXPECT_TRUE(plan.accumulate);
  }
  for (const MatmulPlan& plan :
       {plan_linear_forward(8, 16, 24, true), plan_linear_input(8, 16, 24, true),
        plan_logits_input(8, 128, 16)}) {
    EXPECT_EQ(plan.output, Element::kBf16);
    EXPECT_FALSE(plan.accumulate);
  }
}

// For GELU, cuBLASLt requires aux's leading dimension to be a multiple of 8.
TEST(MatmulPlans, AreAlignedIfWidthsAreMultiplesOf8) {
  EXPECT_EQ(plan_linear_forward(5, 8, 32, true).ld_aux, 32);
  EXPECT_EQ(plan_linear_input(5, 32, 8, true).ld_aux, 32);
  EXPECT_EQ(plan_linear_forward(5, 8, 32, false).ld_aux, 0);
}

}  // namespace
}  // namespace amt::cuda
