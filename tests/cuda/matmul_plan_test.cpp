// Executes the plans of matmul_plan.hpp as cuBLASLt's documentation reads, naively, and compares
// with the plain code: a wrong transpose or leading dimension shows without a GPU.
#include "matmul_plan.hpp"

#include "amt/ops/plain/linear.hpp"
#include "amt/ops/plain/lm_head.hpp"
#include "ops/numbers.hpp"

namespace amt::cuda {
namespace {

using test::distance;
using test::normal;
using Values = std::vector<double>;

/// Column-major element, as stored; outside a column of the matrix is an error.
double& at(Values& x, Dim row, Dim column, Dim rows, Dim leading) {
  if (row >= rows || rows > leading) throw std::out_of_range("rows outside the leading dimension");
  return x.at(static_cast<std::size_t>(column * leading + row));
}
double element(Values& x, bool transposed, Dim row, Dim column, Dim rows, Dim columns,
               Dim leading) {
  return transposed ? at(x, column, row, columns, leading) : at(x, row, column, rows, leading);
}

void execute(const MatmulPlan& p, Values& a, Values& b, Values& d, Values bias = {},
             Values* aux = nullptr) {
  for (Dim j = 0; j < p.n; ++j) {
    for (Dim i = 0; i < p.m; ++i) {
      double sum = p.accumulate ? at(d, i, j, p.m, p.ldd) : 0;
      for (Dim c = 0; c < p.k; ++c) {
        sum += element(a, p.transpose_a, i, c, p.m, p.k, p.lda) *
               element(b, p.transpose_b, c, j, p.k, p.n, p.ldb);
      }
      const bool biased = p.epilogue == Epilogue::kBias || p.epilogue == Epilogue::kGeluAuxBias;
      if (biased) sum += bias.at(static_cast<std::size_t>(i));
      if (p.epilogue == Epilogue::kGeluAuxBias) {
        at(*aux, i, j, p.m, p.ld_aux) = sum;
        sum = plain::gelu(sum);
      }
      if (p.epilogue == Epilogue::kDgelu) {
        sum *= plain::gelu_derivative(at(*aux, i, j, p.m, p.ld_aux));
      }
      at(d, i, j, p.m, p.ldd) = sum;
    }
  }
}

class LinearPlans : public testing::TestWithParam<bool> {};  // with GELU

TEST_P(LinearPlans, ComputeTheForwardPass) {
  const Dim n = 5, in = 3, out = 7;
  auto x = normal<double>(n * in, 1), w = normal<double>(in * out, 2), b = normal<double>(out, 3);
  Values y(n * out), pre(n * out), expected(n * out), expected_pre(n * out);
  execute(plan_linear_forward(n, in, out, GetParam()), w, x, y, b, &pre);
  plain::linear_forward(expected.data(), GetParam() ? expected_pre.data() : nullptr, x.data(),
                        w.data(), b.data(), n, in, out);
  EXPECT_LT(distance(y, expected), 1e-12);
  EXPECT_LT(distance(pre, expected_pre), 1e-12);
}

TEST_P(LinearPlans, ComputeTheBackwardPass) {
  const Dim n = 5, in = 3, out = 7;
  auto x = normal<double>(n * in, 1), w = normal<double>(in * out, 2);
  auto dout = normal<double>(n * out, 3), pre = normal<double>(n * in, 4);
  Values dx(n * in), dw = normal<double>(in * out, 5), db(out);
  Values expected_dx(dx), expected_dw(dw);
  plain::linear_backward(expected_dx.data(), expected_dw.data(), db.data(), dout.data(), x.data(),
                         GetParam() ? pre.data() : nullptr, w.data(), n, in, out);
  execute(plan_linear_input(n, in, out, GetParam()), w, dout, dx, {}, &pre);
  execute(plan_linear_weight(n, in, out), dout, x, dw);
  EXPECT_LT(distance(dx, expected_dx), 1e-12);
  EXPECT_LT(distance(dw, expected_dw), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Gelu, LinearPlans, testing::Bool());

TEST(LmHeadPlans, ComputeLogitsAndGradients) {
  const Dim n = 4, vocab = 9, width = 5;
  auto x = normal<double>(n * width, 1), wte = normal<double>(vocab * width, 2);
  auto dlogits = normal<double>(n * vocab, 3), dwte = normal<double>(vocab * width, 4);
  Values logits(n * vocab), expected(n * vocab), dx(n * width), expected_dx(n * width);
  Values expected_dwte(dwte);
  const LmHeadShape shape{1, n, width, vocab, vocab};
  plain::lm_head_logits(expected.data(), x.data(), wte.data(), shape);
  for (Dim i = 0; i < n; ++i) {
    for (Dim v = 0; v < vocab; ++v) {
      for (Dim c = 0; c < width; ++c) {
        expected_dx[i * width + c] += dlogits[i * vocab + v] * wte[v * width + c];
        expected_dwte[v * width + c] += dlogits[i * vocab + v] * x[i * width + c];
      }
    }
  }
  execute(plan_logits(n, vocab, width, Element::kBf16), wte, x, logits);
  execute(plan_logits_input(n, vocab, width), wte, dlogits, dx);
  execute(plan_logits_weight(n, vocab, width), x, dlogits, dwte);
  EXPECT_LT(distance(logits, expected), 1e-12);
  EXPECT_LT(distance(dx, expected_dx), 1e-12);
  EXPECT_LT(distance(dwte, expected_dwte), 1e-12);
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

// cuBLASLt's GELU wants aux's leading dimension to be a multiple of 8.
TEST(MatmulPlans, AreAlignedWhereWidthsAreMultiplesOf8) {
  EXPECT_EQ(plan_linear_forward(5, 8, 32, true).ld_aux, 32);
  EXPECT_EQ(plan_linear_input(5, 32, 8, true).ld_aux, 32);
  EXPECT_EQ(plan_linear_forward(5, 8, 32, false).ld_aux, 0);
}

}  // namespace
}  // namespace amt::cuda
