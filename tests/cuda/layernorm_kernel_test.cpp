#include "amt/kernels/layernorm.cuh"
#include "amt/kernels/sums.cuh"
#include "kernel_support.hpp"

namespace amt::gpu {
namespace {

struct Case {
  Dim n, width;
  bool residual, add;
  Dropout dropout() const { return {.rate = 0.2, .seed = 3, .step = 9, .seq_len = 7, .layer = 2}; }
};

constexpr unsigned kThreads = kNormWarps * kLanes;

/// Checks the kernels with kPacks packs per lane, which support widths up to 256 kPacks.
template <int kPacks>
void check(const Case& c, Order order) {
  const Dim size = c.n * c.width;
  const auto x = bf16_normal(size, 1), y = bf16_normal(size, 2), dout = bf16_normal(size, 5);
  const auto w = bf16_normal(c.width, 3), b = bf16_normal(c.width, 4);
  const auto before = bf16_normal(size, 6), dw0 = bf16_normal(c.width, 7);
  std::vector<double> out(size), residual(x), mean(c.n), rstd(c.n), dx(before), dy(size), dw(dw0),
      db(dw0);
  const auto forward = [&](auto* out_, auto* residual_, auto* mean_, auto* rstd_, const auto* x_,
                           const auto* y_, const auto* w_, const auto* b_) {
    using A = std::remove_pointer_t<decltype(out_)>;
    using P = std::remove_pointer_t<decltype(mean_)>;
    return LayerNormForwardOf<A, P>{.out = out_,
                                    .residual = residual_,
                                    .mean = mean_,
                                    .rstd = rstd_,
                                    .x = x_,
                                    .y = c.residual ? y_ : nullptr,
                                    .weight = w_,
                                    .bias = b_,
                                    .n = c.n,
                                    .width = c.width,
                                    .dropout = c.dropout()};
  };
  const auto backward = [&](auto* dx_, auto* dy_, auto* dw_, auto* db_, const auto* dout_,
                            const auto* residual_, const auto* mean_, const auto* rstd_,
                            const auto* w_) {
    using A = std::remove_pointer_t<decltype(dx_)>;
    using P = std::remove_pointer_t<decltype(dw_)>;
    return LayerNormBackwardOf<A, P>{.dresidual = dx_,
                                     .dy = c.residual ? dy_ : nullptr,
                                     .dweight = dw_,
                                     .dbias = db_,
                                     .dout = dout_,
                                     .residual = residual_,
                                     .mean = mean_,
                                     .rstd = rstd_,
                                     .weight = w_,
                                     .n = c.n,
                                     .width = c.width,
                                     .add = c.add,
                                     .dropout = c.dropout()};
  };
  plain::run(forward(out.data(), residual.data(), mean.data(), rstd.data(), x.data(), y.data(),
                     w.data(), b.data()));
  plain::run(backward(dx.data(), dy.data(), dw.data(), db.data(), dout.data(), residual.data(),
                      mean.data(), rstd.data(), w.data()));

  Array<Bf16> gx(x), gy(y), gout(size), gresidual(x), gdout(dout), gdx(before), gdy(size);
  Array<float> gw(w), gb(b), gmean(c.n), grstd(c.n), gdw(dw0), gdb(dw0);
  const DropoutMask mask(c.dropout());
  launch(order, blocks_for(c.n, kNormWarps), kThreads, layernorm_forward<kPacks>,
         forward(gout.data(), gresidual.data(), gmean.data(), grstd.data(), gx.data(), gy.data(),
                 gw.data(), gb.data()),
         mask);
  constexpr Dim kBlocks = 3;  // fewer than there are positions: each warp handles several
  Array<float> partial(kBlocks * 2 * c.width);
  launch(order, {kBlocks}, kThreads, layernorm_backward<kPacks>,
         backward(gdx.data(), gdy.data(), gdw.data(), gdb.data(), gdout.data(), gresidual.data(),
                  gmean.data(), grstd.data(), gw.data()),
         partial.data(), mask);
  launch(order, {unsigned((c.width + kLanes - 1) / kLanes), 2}, kRowWarps * kLanes, add_rows,
         gdw.data(), gdb.data(), partial.data(), kBlocks, c.width);

  EXPECT_LT(distance(gout.values(), out), 2 * kRounding);
  EXPECT_LT(distance(gresidual.values(), residual), kRounding);
  EXPECT_LT(distance(gmean.values(), mean), kRounding);
  EXPECT_LT(distance(grstd.values(), rstd), kRounding);
  EXPECT_LT(distance(gdx.values(), dx), 2 * kRounding);
  if (c.residual) {
    EXPECT_LT(distance(gdy.values(), dy), 2 * kRounding);
  }
  EXPECT_LT(distance(gdw.values(), dw), 2 * kRounding);
  EXPECT_LT(distance(gdb.values(), db), 1e-5);
  for (const Array<Bf16>* a : {&gx, &gy, &gout, &gresidual, &gdout, &gdx, &gdy}) {
    EXPECT_TRUE(a->fences_intact());
  }
  for (const Array<float>* a : {&gmean, &grstd, &gdw, &gdb, &partial}) {
    EXPECT_TRUE(a->fences_intact());
  }
}

TEST(LayerNormKernel, AgreesWithPlain) {
  for (const Order order : kOrders) {
    check<1>({1, 8, false, false}, order);
    check<1>({5, 24, true, true}, order);
    check<2>({33, 264, true, false}, order);
    check<3>({18, 768, true, true}, order);
    check<4>({9, 1024, true, true}, order);
    check<5>({14, 1280, true, true}, order);
    check<5>({5, 1032, false, true}, order);
    check<8>({5, 2048, true, true}, order);
  }
}

/// The backward pass reads the residual as it was stored, so the forward pass must normalize the
/// stored, rounded values too. Near 100, neighboring bf16 values are 0.5 apart.
TEST(LayerNormKernel, NormalizesTheResidualThatItStores) {
  constexpr Dim kPositions = 5, kWidth = 264, kSize = kPositions * kWidth;
  std::vector<double> shifted = bf16_normal(kSize, 1);
  for (double& value : shifted) value += 100;
  Array<Bf16> x(shifted), y(bf16_normal(kSize, 2)), residual(shifted), from_sum(kSize),
      from_residual(kSize);
  Array<float> weight(bf16_normal(kWidth, 3)), bias(bf16_normal(kWidth, 4)), mean(kPositions),
      rstd(kPositions);
  const auto forward = [&](Array<Bf16>& out, Array<Bf16>& in, const Bf16* added) {
    launch(kOrders[0], blocks_for(kPositions, kNormWarps), kThreads, layernorm_forward<2>,
           LayerNormForwardOf<Bf16, float>{.out = out.data(),
                                           .residual = residual.data(),
                                           .mean = mean.data(),
                                           .rstd = rstd.data(),
                                           .x = in.data(),
                                           .y = added,
                                           .weight = weight.data(),
                                           .bias = bias.data(),
                                           .n = kPositions,
                                           .width = kWidth,
                                           .dropout = {}},
           DropoutMask(Dropout{}));
  };
  forward(from_sum, x, y.data());
  forward(from_residual, residual, nullptr);
  EXPECT_EQ(from_sum.values(), from_residual.values());
}

}  // namespace
}  // namespace amt::gpu
