// Compares the CPU's Ops in bf16 with the plain code in fp64 on the same bf16 numbers. The
// remaining difference comes from rounding results and stored intermediates: about 2^-9 of the
// largest value.
#include <bit>

#include "bf16_numbers.hpp"
#include "linear_calls.hpp"
#include "lm_head_calls.hpp"

namespace amt {
namespace {

using namespace test;

TEST(Bf16, RoundsToNearestEvenAndKeepsNan) {
  const std::vector<std::uint32_t> in = {0x3f800000, 0x3f807fff, 0x3f808000, 0x3f808001,
                                         0x3f818000, 0x7f7fffff, 0xff800000, 0x7f800001,
                                         0xffbfffff, 0x80000000};
  const std::vector<std::uint16_t> expected = {0x3f80, 0x3f80, 0x3f80, 0x3f81, 0x3f82,
                                               0x7f80, 0xff80, 0x7fc0, 0xffff, 0x8000};
  for (std::size_t i = 0; i < in.size(); ++i) {
    // 19 elements use both the vectorised loop and its remainder.
    const std::vector<float> x(19, std::bit_cast<float>(in[i]));
    for (const Bf16 out : narrow(x)) EXPECT_EQ(out.bits, expected[i]) << std::hex << in[i];
  }
  EXPECT_EQ(widen({Bf16{0x3f81}})[0], 1.0078125f);
}

TEST_F(Bf16Ops, Linear) {
  for (const auto& [n, in, out] : {std::array<Dim, 3>{1, 8, 8}, std::array<Dim, 3>{7, 24, 40},
                                   std::array<Dim, 3>{130, 96, 288}}) {
    for (const bool gelu : {false, true}) {
      const Numbers x(n * in, 1), dout(n * out, 2), w(in * out, 3, 1 / std::sqrt(double(in)));
      const Numbers b(out, 4), pre_x(n * in, 5, 2);
      const Refreshed weight(*ops_, w.fp32), bias(*ops_, b.fp32);
      auto y = results(n * out), pre = results(n * out), dx = results(n * in);
      ops_->run(linear<Activation>(act(y), gelu ? act(pre) : nullptr, act(x.bf16), w.fp32, b.fp32,
                                   n, in, out));
      std::vector<double> plain_y(n * out), plain_pre(n * out), plain_dx(n * in);
      plain::run(linear<double>(plain_y.data(), gelu ? plain_pre.data() : nullptr, x.fp64.data(),
                                w.fp64, b.fp64, n, in, out));
      EXPECT_LT(distance(widen(y), plain_y), kRounding);
      if (gelu) {
        EXPECT_LT(distance(widen(pre), plain_pre), kRounding);
      }
      auto dw = normal<float>(in * out, 6), db = normal<float>(out, 7);
      auto plain_dw = convert<double>(dw), plain_db = convert<double>(db);
      ops_->run(linear_backward<Activation>(act(dx), dw, db, act(dout.bf16), act(x.bf16),
                                            gelu ? act(pre_x.bf16) : nullptr, w.fp32, n, in, out));
      plain::run(linear_backward<double>(plain_dx.data(), plain_dw, plain_db, dout.fp64.data(),
                                         x.fp64.data(), gelu ? pre_x.fp64.data() : nullptr, w.fp64,
                                         n, in, out));
      EXPECT_LT(distance(widen(dx), plain_dx), 2 * kRounding);
      EXPECT_LT(distance(dw, plain_dw), 1e-5);  // sums of exact products in fp32
      EXPECT_LT(distance(db, plain_db), 1e-5);
    }
  }
}

// Operators read the copy made by the last refresh, wherever the weights are in the flat buffer.
TEST_F(Bf16Ops, UsesTheLastRefreshedWeights) {
  const Numbers x(8, 1);
  std::vector<float> flat(192, 0);
  std::fill(flat.begin() + 128, flat.end(), 1.0f);
  auto y = results(8);
  Weights weights(*ops_, flat.data(), 192);
  const LinearForward op{.out = act(y),
                         .x = act(x.bf16),
                         .weight = flat.data() + 128,
                         .bias = flat.data(),
                         .n = 1,
                         .in_width = 8,
                         .out_width = 8};
  weights.refresh();
  ops_->run(op);
  EXPECT_NE(widen(y)[0], 0);
  std::fill(flat.begin(), flat.end(), 0.0f);
  weights.refresh();
  ops_->run(op);
  EXPECT_EQ(widen(y)[0], 0);
}

/// Checks both directions; run(op) executes an operator.
template <class A, class P, class Run>
void attend(A* out, A* dqkv, std::vector<P>& lse, const A* qkv, const A* dout,
            const AttentionShape& s, const Run& run) {
  const auto heads = [&](Dim part) { return packed_heads(qkv, s, part); };
  const auto gradients = [&](Dim part) { return packed_heads(dqkv, s, part); };
  run(AttentionForwardOf<A, P>{out, lse.data(), heads(0), heads(1), heads(2), s});
  run(AttentionBackwardOf<A, P>{.dq = gradients(0),
                                .dk = gradients(1),
                                .dv = gradients(2),
                                .dout = dout,
                                .out = out,
                                .lse = lse.data(),
                                .q = heads(0),
                                .k = heads(1),
                                .v = heads(2),
                                .shape = s});
}

TEST_F(Bf16Ops, Attention) {
  for (const AttentionShape& s :
       {self_attention(1, 1, 1, 8, 0.5f), self_attention(2, 24, 4, 8, 0.35f),
        self_attention(2, 65, 3, 16, 0.3f), self_attention(1, 200, 2, 64, 0.125f / 3)}) {
    const Dim size = s.rows * s.query_len * s.heads * s.head_dim;
    const Numbers qkv(3 * size, 1), dout(size, 2);
    auto out = results(size), dqkv = results(3 * size);
    std::vector<float> lse(s.rows * s.query_len * s.heads);
    attend(act(out), act(dqkv), lse, act(qkv.bf16), act(dout.bf16), s,
           [&](const auto& op) { ops_->run(op); });
    std::vector<double> plain_out(size), plain_lse(lse.size()), plain_dqkv(3 * size);
    attend(plain_out.data(), plain_dqkv.data(), plain_lse, qkv.fp64.data(), dout.fp64.data(), s,
           [](const auto& op) { plain::run(op); });
    EXPECT_LT(distance(widen(out), plain_out), 2 * kRounding);
    EXPECT_LT(distance(lse, plain_lse), 1e-5);
    EXPECT_LT(distance(widen(dqkv), plain_dqkv), 3 * kRounding);
  }
}

TEST_F(Bf16Ops, LayerNorm) {
  const Dim n = 70, width = 96;
  const Dropout dropout{.rate = 0.2, .seed = 3, .step = 9, .seq_len = 35, .layer = 2};
  const Numbers x(n * width, 1), y(n * width, 2), w(width, 3), b(width, 4), dout(n * width, 5);
  Numbers dresidual(n * width, 6);
  for (const bool add : {false, true}) {
    auto residual = results(n * width), out = results(n * width), dy = results(n * width);
    auto dx = dresidual.bf16;
    std::vector<float> mean(n), rstd(n), dw(width), db(width);
    ops_->run(LayerNormForward{.out = act(out),
                               .residual = act(residual),
                               .mean = mean.data(),
                               .rstd = rstd.data(),
                               .x = act(x.bf16),
                               .y = act(y.bf16),
                               .weight = w.fp32.data(),
                               .bias = b.fp32.data(),
                               .n = n,
                               .width = width,
                               .dropout = dropout});
    ops_->run(LayerNormBackward{.dresidual = act(dx),
                                .dy = act(dy),
                                .dweight = dw.data(),
                                .dbias = db.data(),
                                .dout = act(dout.bf16),
                                .residual = act(residual),
                                .mean = mean.data(),
                                .rstd = rstd.data(),
                                .weight = w.fp32.data(),
                                .n = n,
                                .width = width,
                                .add = add,
                                .dropout = dropout});
    std::vector<double> plain_residual(n * width), plain_out(n * width), plain_dy(n * width);
    std::vector<double> plain_mean(n), plain_rstd(n), plain_dw(width), plain_db(width);
    auto plain_dx = dresidual.fp64;
    plain::run(LayerNormForwardOf<double, double>{.out = plain_out.data(),
                                                  .residual = plain_residual.data(),
                                                  .mean = plain_mean.data(),
                                                  .rstd = plain_rstd.data(),
                                                  .x = x.fp64.data(),
                                                  .y = y.fp64.data(),
                                                  .weight = w.fp64.data(),
                                                  .bias = b.fp64.data(),
                                                  .n = n,
                                                  .width = width,
                                                  .dropout = dropout});
    plain::run(LayerNormBackwardOf<double, double>{.dresidual = plain_dx.data(),
                                                   .dy = plain_dy.data(),
                                                   .dweight = plain_dw.data(),
                                                   .dbias = plain_db.data(),
                                                   .dout = dout.fp64.data(),
                                                   .residual = plain_residual.data(),
                                                   .mean = plain_mean.data(),
                                                   .rstd = plain_rstd.data(),
                                                   .weight = w.fp64.data(),
                                                   .n = n,
                                                   .width = width,
                                                   .add = add,
                                                   .dropout = dropout});
    EXPECT_LT(distance(widen(residual), plain_residual), kRounding);
    EXPECT_LT(distance(widen(out), plain_out), kRounding);
    EXPECT_LT(distance(widen(dx), plain_dx), 2 * kRounding);
    EXPECT_LT(distance(widen(dy), plain_dy), kRounding);
    EXPECT_LT(distance(dw, plain_dw), kRounding);
    EXPECT_LT(distance(db, plain_db), 1e-5);
  }
}

TEST_F(Bf16Ops, Embedding) {
  const Dim rows = 3, seq_len = 7, width = 24, vocab = 5, n = rows * seq_len;
  const Dropout dropout{.rate = 0.2, .seed = 3, .step = 4, .first_row = 1, .seq_len = seq_len};
  const auto tokens = random_tokens(n, vocab, 1);
  const Numbers wte(vocab * width, 2), wpe(seq_len * width, 3), dx(n * width, 4);
  auto out = results(n * width);
  std::vector<float> dwte(vocab * width), dwpe(seq_len * width);
  std::vector<double> plain_out(n * width), plain_dwte(dwte.size()), plain_dwpe(dwpe.size());
  const auto embed = [&](auto* out_, auto* dwte_, auto* dwpe_, const auto* dx_, const auto* wte_,
                         const auto* wpe_, const auto& run) {
    using A = std::remove_pointer_t<decltype(out_)>;
    using P = std::remove_pointer_t<decltype(dwte_)>;
    run(EmbeddingForwardOf<A, P>{.out = out_,
                                 .tokens = tokens.data(),
                                 .wte = wte_,
                                 .wpe = wpe_,
                                 .rows = rows,
                                 .length = seq_len,
                                 .width = width,
                                 .dropout = dropout});
    run(EmbeddingBackwardOf<A, P>{.dwte = dwte_,
                                  .dwpe = dwpe_,
                                  .dx = dx_,
                                  .tokens = tokens.data(),
                                  .host_tokens = tokens.data(),
                                  .rows = rows,
                                  .length = seq_len,
                                  .width = width,
                                  .dropout = dropout});
  };
  embed(act(out), dwte.data(), dwpe.data(), act(dx.bf16), wte.fp32.data(), wpe.fp32.data(),
        [&](const auto& op) { ops_->run(op); });
  embed(plain_out.data(), plain_dwte.data(), plain_dwpe.data(), dx.fp64.data(), wte.fp64.data(),
        wpe.fp64.data(), [](const auto& op) { plain::run(op); });
  EXPECT_LT(distance(widen(out), plain_out), kRounding);
  EXPECT_LT(distance(dwte, plain_dwte), 1e-6);
  EXPECT_LT(distance(dwpe, plain_dwpe), 1e-6);
}

// Tests sizes around the block of 512 positions. Weights in padded rows must not be used.
TEST_F(Bf16Ops, LmHead) {
  for (const LmHeadShape& s : {LmHeadShape{1, 2, 8, 3, 128}, LmHeadShape{4, 24, 32, 101, 128},
                               LmHeadShape{3, 342, 48, 1100, 1152}}) {
    const Dim n = s.rows * s.seq_len;
    const auto tokens = random_tokens(n, s.vocab, 1);
    const Numbers x(n * s.width, 2);
    Numbers wte(s.padded_vocab * s.width, 3, 2 / std::sqrt(double(s.width)));
    std::fill(wte.fp32.begin() + s.vocab * s.width, wte.fp32.end(), INFINITY);
    const Refreshed weights(*ops_, wte.fp32);
    const LossConfig terms(1.0f / 37, 0.01f);
    double loss = 0.25, plain_loss = 0.25;
    auto dx = results(n * s.width);
    std::vector<float> dwte(s.padded_vocab * s.width), losses(s.rows * (s.seq_len - 1));
    std::vector<double> plain_dx(dx.size()), plain_dwte(dwte.size()), plain_losses(losses.size());
    ops_->run(
        head_train<Activation>(&loss, act(dx), dwte, act(x.bf16), wte.fp32, tokens, s, terms));
    ops_->run(head_losses<Activation>(losses, act(x.bf16), wte.fp32, tokens, s));
    plain::run(head_train<double>(&plain_loss, plain_dx.data(), plain_dwte, x.fp64.data(), wte.fp64,
                                  tokens, s, terms));
    plain::run(head_losses<double>(plain_losses, x.fp64.data(), wte.fp64, tokens, s));
    EXPECT_NEAR(loss, plain_loss, 1e-6 * plain_loss);  // logits and the loss are fp32
    EXPECT_LT(distance(losses, plain_losses), 1e-5);
    EXPECT_LT(distance(widen(dx), plain_dx), 2 * kRounding);
    EXPECT_LT(distance(dwte, plain_dwte), kRounding);
  }
}

}  // namespace
}  // namespace amt
