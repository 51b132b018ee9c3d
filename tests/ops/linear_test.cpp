#include "amt/ops/linear.hpp"

#include "amt/cpu/cpu_ops.hpp"
#include "linear_calls.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Case {
  Dim n, in, out;
};

TEST(Linear, PlainBackwardIsTheGradient) {
  const Case c{3, 4, 5};
  auto x = normal<double>(c.n * c.in, 1), w = normal<double>(c.in * c.out, 2);
  auto b = normal<double>(c.out, 3);
  const auto dout = normal<double>(c.n * c.out, 4);
  const auto loss = [&] {
    std::vector<double> out(dout.size());
    plain::run(linear<double>(out.data(), nullptr, x.data(), w, b, c.n, c.in, c.out));
    return weighted(out, dout);
  };
  std::vector<double> dx(x.size()), dw(w.size()), db(b.size());
  plain::run(linear_backward<double>(dx.data(), dw, db, dout.data(), x.data(), nullptr, w, c.n,
                                     c.in, c.out));
  expect_gradient("x", x, dx, loss);
  expect_gradient("w", w, dw, loss);
  expect_gradient("b", b, db, loss);
}

// With GELU between two layers, the second layer's backward pass gives the gradient with respect to
// the GELU's input.
TEST(Linear, PlainBackwardThroughGeluIsTheGradient) {
  const Case c{3, 4, 5};
  const auto x = normal<double>(c.n * c.in, 1), w1 = normal<double>(c.in * c.out, 2);
  const auto w2 = normal<double>(c.out * c.in, 3), b2 = normal<double>(c.in, 4);
  auto b1 = normal<double>(c.out, 5);
  const auto dout = normal<double>(c.n * c.in, 6);
  std::vector<double> pre(c.n * c.out), hidden(pre.size()), out(dout.size());
  const auto loss = [&] {
    plain::run(linear<double>(hidden.data(), pre.data(), x.data(), w1, b1, c.n, c.in, c.out));
    plain::run(linear<double>(out.data(), nullptr, hidden.data(), w2, b2, c.n, c.out, c.in));
    return weighted(out, dout);
  };
  loss();
  std::vector<double> dpre(pre.size()), dw(w2.size()), db(b2.size());
  plain::run(linear_backward<double>(dpre.data(), dw, db, dout.data(), hidden.data(), pre.data(),
                                     w2, c.n, c.out, c.in));
  std::vector<double> db1(b1.size());
  for (Dim i = 0; i < c.n * c.out; ++i) db1[i % c.out] += dpre[i];
  expect_gradient("b1", b1, db1, loss);
}

class LinearCpu : public testing::TestWithParam<Case> {};

TEST_P(LinearCpu, AgreesWithPlain) {
  const auto ops = make_cpu_ops(2);
  const Case c = GetParam();
  const auto x = normal<float>(c.n * c.in, 1), dout = normal<float>(c.n * c.out, 2);
  const auto w = normal<float>(c.in * c.out, 3, 1 / std::sqrt(double(c.in)));
  const auto b = normal<float>(c.out, 4), pre_x = normal<float>(c.n * c.in, 5, 2);
  const auto x_double = convert<double>(x), dout_double = convert<double>(dout);
  const Refreshed weight(*ops, w), bias(*ops, b);
  for (const bool gelu : {false, true}) {
    std::vector<float> out(c.n * c.out), pre(out.size());
    std::vector<double> plain_out(out.size()), plain_pre(out.size());
    ops->run(
        linear<Activation>(act(out), gelu ? act(pre) : nullptr, act(x), w, b, c.n, c.in, c.out));
    plain::run(linear<double>(plain_out.data(), gelu ? plain_pre.data() : nullptr, x_double.data(),
                              w, b, c.n, c.in, c.out));
    EXPECT_LT(distance(out, plain_out), 3e-6);
    EXPECT_LT(distance(pre, plain_pre), 3e-6);

    const auto pre_double = convert<double>(pre_x);
    auto dw = normal<float>(c.in * c.out, 6), db = normal<float>(c.out, 7);
    auto plain_dw = convert<double>(dw), plain_db = convert<double>(db);
    std::vector<float> dx(c.n * c.in);
    std::vector<double> plain_dx(dx.size());
    ops->run(linear_backward<Activation>(act(dx), dw, db, act(dout), act(x),
                                         gelu ? act(pre_x) : nullptr, w, c.n, c.in, c.out));
    plain::run(linear_backward<double>(plain_dx.data(), plain_dw, plain_db, dout_double.data(),
                                       x_double.data(), gelu ? pre_double.data() : nullptr,
                                       convert<double>(w), c.n, c.in, c.out));
    EXPECT_LT(distance(dx, plain_dx), 3e-6);
    EXPECT_LT(distance(dw, plain_dw), 3e-6);
    EXPECT_LT(distance(db, plain_db), 3e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, LinearCpu,
                         testing::Values(Case{1, 1, 1}, Case{7, 13, 5}, Case{130, 96, 288},
                                         Case{64, 768, 2304}, Case{48, 3072, 768}));

// Covers GELU's whole range, including the far tails, where naive formulas give NaN or lose all
// digits.
TEST(Linear, CpuGeluIsAccurateEverywhere) {
  const auto ops = make_cpu_ops(1);
  std::vector<float> x;
  for (float v = -40; v <= 40; v += 0.01f) x.push_back(v);
  const Dim n = static_cast<Dim>(x.size());
  const std::vector<float> one{1}, zero{0};
  std::vector<float> out(x.size()), pre(x.size()), dx(x.size()), dw(1), db(1);
  const std::vector<float> ones(x.size(), 1);
  const Refreshed weight(*ops, one), bias(*ops, zero);
  ops->run(linear<Activation>(act(out), act(pre), act(x), one, zero, n, 1, 1));
  ops->run(
      linear_backward<Activation>(act(dx), dw, db, act(ones), act(out), act(pre), one, n, 1, 1));
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(out[i], plain::gelu(x[i]), 3e-7 + 1e-6 * std::abs(plain::gelu(x[i]))) << x[i];
    EXPECT_NEAR(dx[i], plain::gelu_derivative(x[i]), 2e-6) << x[i];
  }
}

}  // namespace
}  // namespace amt
