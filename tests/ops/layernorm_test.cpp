#include "amt/ops/layernorm.hpp"

#include "amt/cpu/cpu_ops.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Case {
  Dim n, width;
  bool residual;
  Dropout dropout() const { return {.rate = 0.2, .seed = 3, .step = 9, .seq_len = 4, .layer = 2}; }
};

/// Inputs and results of both directions, in one number type.
template <class T>
struct Data {
  explicit Data(const Case& c)
      : x(normal<T>(c.n * c.width, 1)),
        y(normal<T>(c.n * c.width, 2)),
        w(normal<T>(c.width, 3)),
        b(normal<T>(c.width, 4)),
        dout(normal<T>(c.n * c.width, 5)),
        dresidual(normal<T>(c.n * c.width, 6)),
        dw(normal<T>(c.width, 7)),
        db(normal<T>(c.width, 8)),
        residual(x),
        out(x.size()),
        dy(x.size()),
        mean(c.n),
        rstd(c.n) {}
  std::vector<T> x, y, w, b, dout, dresidual, dw, db, residual, out, dy, mean, rstd;
};

/// A is the operators' activation type.
template <class A, class T>
LayerNormForwardOf<A, T> forward(const Case& c, Data<T>& d) {
  const auto as = [](std::vector<T>& x) { return reinterpret_cast<A*>(x.data()); };
  return {.out = as(d.out),
          .residual = as(d.residual),
          .mean = d.mean.data(),
          .rstd = d.rstd.data(),
          .x = as(d.x),
          .y = c.residual ? as(d.y) : nullptr,
          .weight = d.w.data(),
          .bias = d.b.data(),
          .n = c.n,
          .width = c.width,
          .dropout = c.dropout()};
}
template <class A, class T>
LayerNormBackwardOf<A, T> backward(const Case& c, Data<T>& d, bool add) {
  const auto as = [](std::vector<T>& x) { return reinterpret_cast<A*>(x.data()); };
  return {.dresidual = as(d.dresidual),
          .dy = c.residual ? as(d.dy) : nullptr,
          .dweight = d.dw.data(),
          .dbias = d.db.data(),
          .dout = as(d.dout),
          .residual = as(d.residual),
          .mean = d.mean.data(),
          .rstd = d.rstd.data(),
          .weight = d.w.data(),
          .n = c.n,
          .width = c.width,
          .add = add,
          .dropout = c.dropout()};
}

void run_plain(const Case& c, Data<double>& d, bool add) {
  plain::run(forward<double>(c, d));
  plain::run(backward<double>(c, d, add));
}

void run_cpu(Ops& ops, const Case& c, Data<float>& d, bool add) {
  ops.run(forward<Activation>(c, d));
  ops.run(backward<Activation>(c, d, add));
}

// The loss is weighted(out) + weighted(residual), so gradients come from both, as in the model.
TEST(LayerNorm, PlainBackwardIsTheGradient) {
  const Case c{6, 11, true};
  Data<double> d(c);
  const std::vector<double> through_residual = d.dresidual;
  std::fill(d.dw.begin(), d.dw.end(), 0);
  std::fill(d.db.begin(), d.db.end(), 0);
  run_plain(c, d, true);
  const auto loss = [&] {
    Data<double> again(c);
    auto op = forward<double>(c, again);
    op.x = d.x.data();
    op.y = d.y.data();
    op.weight = d.w.data();
    op.bias = d.b.data();
    plain::run(op);
    return weighted(again.out, d.dout) + weighted(again.residual, through_residual);
  };
  expect_gradient("x", d.x, d.dresidual, loss);
  expect_gradient("y", d.y, d.dy, loss);
  expect_gradient("w", d.w, d.dw, loss);
  expect_gradient("b", d.b, d.db, loss);
}

TEST(LayerNorm, CpuAgreesWithPlain) {
  const auto ops = make_cpu_ops(2);
  for (const Case& c : {Case{5, 13, true}, Case{1, 8, false}, Case{100, 768, true},
                        Case{64, 1280, true}, Case{33, 96, false}}) {
    for (const bool add : {false, true}) {
      Data<float> fast(c);
      Data<double> slow(c);
      run_cpu(*ops, c, fast, add);
      run_plain(c, slow, add);
      EXPECT_LT(distance(fast.out, slow.out), 2e-6);
      EXPECT_LT(distance(fast.residual, slow.residual), 1e-6);
      EXPECT_LT(distance(fast.mean, slow.mean), 2e-6);
      EXPECT_LT(distance(fast.rstd, slow.rstd), 2e-6);
      EXPECT_LT(distance(fast.dresidual, slow.dresidual), 2e-6);
      EXPECT_LT(distance(fast.dy, slow.dy), 2e-6);
      EXPECT_LT(distance(fast.dw, slow.dw), 4e-6);
      EXPECT_LT(distance(fast.db, slow.db), 4e-6);
    }
  }
}

TEST(LayerNorm, ResidualMayAliasXAndDyMayAliasDout) {
  const auto ops = make_cpu_ops(1);
  const Case c{9, 48, true};
  Data<float> apart(c), in_place(c);
  run_cpu(*ops, c, apart, false);
  Data<float>& d = in_place;
  auto fwd = forward<Activation>(c, d);
  fwd.residual = act(d.x);
  ops->run(fwd);
  auto bwd = backward<Activation>(c, d, false);
  bwd.dy = act(d.dout);
  bwd.residual = act(d.x);
  ops->run(bwd);
  EXPECT_EQ(d.out, apart.out);
  EXPECT_EQ(d.dout, apart.dy);
  EXPECT_EQ(d.dw, apart.dw);
}

}  // namespace
}  // namespace amt
