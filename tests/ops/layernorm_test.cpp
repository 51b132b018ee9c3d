#include "src/ops/plain/layernorm.hpp"

#include "amt/ops/cpu_ops.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Case {
  Dim n, width;
  bool residual;
  Dropout dropout() const { return {.rate = 0.2, .seed = 3, .step = 9, .seq_len = 4, .layer = 2}; }
};

/// Inputs and results of both directions, for one type of number.
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

void run_plain(const Case& c, Data<double>& d, bool add) {
  plain::layernorm_forward(d.out.data(), d.residual.data(), d.mean.data(), d.rstd.data(),
                           d.x.data(), c.residual ? d.y.data() : nullptr, d.w.data(), d.b.data(),
                           c.n, c.width, c.dropout());
  plain::layernorm_backward(d.dresidual.data(), c.residual ? d.dy.data() : nullptr, d.dw.data(),
                            d.db.data(), d.dout.data(), d.residual.data(), d.mean.data(),
                            d.rstd.data(), d.w.data(), c.n, c.width, add, c.dropout());
}

void run_cpu(Ops& ops, const Case& c, Data<float>& d, bool add) {
  ops.layernorm_forward(act(d.out), act(d.residual), d.mean.data(), d.rstd.data(), act(d.x),
                        c.residual ? act(d.y) : nullptr, d.w.data(), d.b.data(), c.n, c.width,
                        c.dropout());
  ops.layernorm_backward(act(d.dresidual), c.residual ? act(d.dy) : nullptr, d.dw.data(),
                         d.db.data(), act(d.dout), act(d.residual), d.mean.data(), d.rstd.data(),
                         d.w.data(), c.n, c.width, add, c.dropout());
}

// The scalar is weighted(out) + weighted(residual): gradients arrive through both, as in the model.
TEST(LayerNorm, PlainBackwardIsTheGradient) {
  const Case c{6, 11, true};
  Data<double> d(c);
  const std::vector<double> through_residual = d.dresidual;
  std::fill(d.dw.begin(), d.dw.end(), 0);
  std::fill(d.db.begin(), d.db.end(), 0);
  run_plain(c, d, true);
  const auto loss = [&] {
    Data<double> again(c);
    plain::layernorm_forward(again.out.data(), again.residual.data(), again.mean.data(),
                             again.rstd.data(), d.x.data(), d.y.data(), d.w.data(), d.b.data(), c.n,
                             c.width, c.dropout());
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

TEST(LayerNorm, ResidualMayBeTheInputAndDyTheOutputGradient) {
  const auto ops = make_cpu_ops(1);
  const Case c{9, 48, true};
  Data<float> apart(c), in_place(c);
  run_cpu(*ops, c, apart, false);
  Data<float>& d = in_place;
  ops->layernorm_forward(act(d.out), act(d.x), d.mean.data(), d.rstd.data(), act(d.x), act(d.y),
                         d.w.data(), d.b.data(), c.n, c.width, c.dropout());
  ops->layernorm_backward(act(d.dresidual), act(d.dout), d.dw.data(), d.db.data(), act(d.dout),
                          act(d.x), d.mean.data(), d.rstd.data(), d.w.data(), c.n, c.width, false,
                          c.dropout());
  EXPECT_EQ(d.out, apart.out);
  EXPECT_EQ(d.dout, apart.dy);
  EXPECT_EQ(d.dw, apart.dw);
}

}  // namespace
}  // namespace amt
