// The CPU's Ops in bf16 against the plain code in fp64 on the same numbers, those rounded to bf16.
// What is left is the rounding of results and of what is stored on the way: about 2^-9 of the
// largest.
#include <bit>

#include "amt/ops/cpu_ops.hpp"
#include "numbers.hpp"
#include "src/ops/cpu/kernels/kernels.hpp"
#include "src/ops/plain/attention.hpp"
#include "src/ops/plain/embedding.hpp"
#include "src/ops/plain/layernorm.hpp"
#include "src/ops/plain/linear.hpp"
#include "src/ops/plain/lm_head.hpp"

namespace amt {
namespace {

using namespace test;

constexpr double kRounding = 1.0 / 256;  // the largest error of one rounding, as a share

std::vector<Bf16> narrow(const std::vector<float>& x) {
  std::vector<Bf16> out(x.size());
  kernels().to_bf16(out.data(), x.data(), static_cast<Dim>(x.size()));
  return out;
}
std::vector<float> widen(const std::vector<Bf16>& x) {
  std::vector<float> out(x.size());
  kernels().to_float(out.data(), x.data(), static_cast<Dim>(x.size()));
  return out;
}
Activation* act(std::vector<Bf16>& x) { return reinterpret_cast<Activation*>(x.data()); }
const Activation* act(const std::vector<Bf16>& x) {
  return reinterpret_cast<const Activation*>(x.data());
}

/// Normal numbers that bf16 can hold, in both forms.
struct Numbers {
  Numbers(Dim n, std::uint64_t seed, double deviation = 1)
      : bf16(narrow(normal<float>(n, seed, deviation))),
        fp32(widen(bf16)),
        fp64(convert<double>(fp32)) {}
  std::vector<Bf16> bf16;
  std::vector<float> fp32;
  std::vector<double> fp64;
};

/// Results of n activations, NaN (0xffff) until they are written.
std::vector<Bf16> results(Dim n) { return std::vector<Bf16>(std::size_t(n), Bf16{0xffff}); }

class Bf16Ops : public testing::Test {
 protected:
  void SetUp() override {
    if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this processor has no bf16 products";
    ops_ = make_cpu_ops(2, Precision::kBf16);
  }
  std::unique_ptr<Ops> ops_;
};

TEST(Bf16, RoundsToNearestEvenAndKeepsNan) {
  const std::vector<std::uint32_t> in = {0x3f800000, 0x3f807fff, 0x3f808000, 0x3f808001,
                                         0x3f818000, 0x7f7fffff, 0xff800000, 0x7f800001,
                                         0xffbfffff, 0x80000000};
  const std::vector<std::uint16_t> expected = {0x3f80, 0x3f80, 0x3f80, 0x3f81, 0x3f82,
                                               0x7f80, 0xff80, 0x7fc0, 0xffff, 0x8000};
  for (std::size_t i = 0; i < in.size(); ++i) {
    // Nineteen of them, so that vectors and what follows them are both used.
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
      ops_->prepare_weights(w.fp32.data(), in * out);
      auto y = results(n * out), pre = results(n * out), dx = results(n * in);
      ops_->linear_forward(act(y), gelu ? act(pre) : nullptr, act(x.bf16), w.fp32.data(),
                           b.fp32.data(), n, in, out);
      std::vector<double> plain_y(n * out), plain_pre(n * out), plain_dx(n * in);
      plain::linear_forward(plain_y.data(), gelu ? plain_pre.data() : nullptr, x.fp64.data(),
                            w.fp64.data(), b.fp64.data(), n, in, out);
      EXPECT_LT(distance(widen(y), plain_y), kRounding);
      if (gelu) {
        EXPECT_LT(distance(widen(pre), plain_pre), kRounding);
      }
      auto dw = normal<float>(in * out, 6), db = normal<float>(out, 7);
      auto plain_dw = convert<double>(dw), plain_db = convert<double>(db);
      ops_->linear_backward(act(dx), dw.data(), db.data(), act(dout.bf16), act(x.bf16),
                            gelu ? act(pre_x.bf16) : nullptr, w.fp32.data(), n, in, out);
      plain::linear_backward(plain_dx.data(), plain_dw.data(), plain_db.data(), dout.fp64.data(),
                             x.fp64.data(), gelu ? pre_x.fp64.data() : nullptr, w.fp64.data(), n,
                             in, out);
      EXPECT_LT(distance(widen(dx), plain_dx), 2 * kRounding);
      EXPECT_LT(distance(dw, plain_dw), 1e-5);  // sums of exact products in fp32
      EXPECT_LT(distance(db, plain_db), 1e-5);
    }
  }
}

// Weights are read from the copy made by prepare_weights, wherever in the flat buffer they lie.
TEST_F(Bf16Ops, WeightsAreThoseLastPrepared) {
  const Numbers x(8, 1);
  std::vector<float> flat(192, 0), b(8, 0);
  std::fill(flat.begin() + 128, flat.end(), 1.0f);
  auto y = results(8);
  ops_->prepare_weights(flat.data(), 192);
  ops_->linear_forward(act(y), nullptr, act(x.bf16), flat.data() + 128, b.data(), 1, 8, 8);
  EXPECT_NE(widen(y)[0], 0);
  std::fill(flat.begin(), flat.end(), 0.0f);
  ops_->prepare_weights(flat.data(), 192);
  ops_->linear_forward(act(y), nullptr, act(x.bf16), flat.data() + 128, b.data(), 1, 8, 8);
  EXPECT_EQ(widen(y)[0], 0);
}

TEST_F(Bf16Ops, Attention) {
  for (const AttentionShape& s :
       {AttentionShape{1, 1, 1, 8, 0.5f}, AttentionShape{2, 24, 4, 8, 0.35f},
        AttentionShape{2, 65, 3, 16, 0.3f}, AttentionShape{1, 200, 2, 64, 0.125f / 3}}) {
    const Dim size = s.rows * s.seq_len * s.heads * s.head_dim;
    const Numbers qkv(3 * size, 1), dout(size, 2);
    auto out = results(size), dqkv = results(3 * size);
    std::vector<float> lse(s.rows * s.seq_len * s.heads);
    ops_->attention_forward(act(out), lse.data(), act(qkv.bf16), s);
    ops_->attention_backward(act(dqkv), act(dout.bf16), act(out), lse.data(), act(qkv.bf16), s);
    std::vector<double> plain_out(size), plain_lse(lse.size()), plain_dqkv(3 * size);
    plain::attention_forward(plain_out.data(), plain_lse.data(), qkv.fp64.data(), s);
    plain::attention_backward(plain_dqkv.data(), dout.fp64.data(), plain_out.data(),
                              plain_lse.data(), qkv.fp64.data(), s);
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
    ops_->layernorm_forward(act(out), act(residual), mean.data(), rstd.data(), act(x.bf16),
                            act(y.bf16), w.fp32.data(), b.fp32.data(), n, width, dropout);
    ops_->layernorm_backward(act(dx), act(dy), dw.data(), db.data(), act(dout.bf16), act(residual),
                             mean.data(), rstd.data(), w.fp32.data(), n, width, add, dropout);
    std::vector<double> plain_residual(n * width), plain_out(n * width), plain_dy(n * width);
    std::vector<double> plain_mean(n), plain_rstd(n), plain_dw(width), plain_db(width);
    auto plain_dx = dresidual.fp64;
    plain::layernorm_forward(plain_out.data(), plain_residual.data(), plain_mean.data(),
                             plain_rstd.data(), x.fp64.data(), y.fp64.data(), w.fp64.data(),
                             b.fp64.data(), n, width, dropout);
    plain::layernorm_backward(plain_dx.data(), plain_dy.data(), plain_dw.data(), plain_db.data(),
                              dout.fp64.data(), plain_residual.data(), plain_mean.data(),
                              plain_rstd.data(), w.fp64.data(), n, width, add, dropout);
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
  std::vector<std::int32_t> order(tokens.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = std::int32_t(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int32_t a, std::int32_t b) { return tokens[a] < tokens[b]; });
  const Numbers wte(vocab * width, 2), wpe(seq_len * width, 3), dx(n * width, 4);
  auto out = results(n * width);
  std::vector<float> dwte(vocab * width), dwpe(seq_len * width);
  std::vector<double> plain_out(n * width), plain_dwte(dwte.size()), plain_dwpe(dwpe.size());
  ops_->embedding_forward(act(out), tokens.data(), wte.fp32.data(), wpe.fp32.data(), rows, seq_len,
                          width, dropout);
  ops_->embedding_backward(dwte.data(), dwpe.data(), act(dx.bf16), tokens.data(), order.data(),
                           rows, seq_len, width, dropout);
  plain::embedding_forward(plain_out.data(), tokens.data(), wte.fp64.data(), wpe.fp64.data(), rows,
                           seq_len, width, dropout);
  plain::embedding_backward(plain_dwte.data(), plain_dwpe.data(), dx.fp64.data(), tokens.data(),
                            rows, seq_len, width, dropout);
  EXPECT_LT(distance(widen(out), plain_out), kRounding);
  EXPECT_LT(distance(dwte, plain_dwte), 1e-6);
  EXPECT_LT(distance(dwpe, plain_dwpe), 1e-6);
}

// Around the block of 512 positions. Weights of padded rows are not seen.
TEST_F(Bf16Ops, LmHead) {
  for (const LmHeadShape& s : {LmHeadShape{1, 2, 8, 3, 128}, LmHeadShape{4, 24, 32, 101, 128},
                               LmHeadShape{3, 342, 48, 1100, 1152}}) {
    const Dim n = s.rows * s.seq_len;
    const auto tokens = random_tokens(n, s.vocab, 1);
    const Numbers x(n * s.width, 2);
    Numbers wte(s.padded_vocab * s.width, 3, 2 / std::sqrt(double(s.width)));
    std::fill(wte.fp32.begin() + s.vocab * s.width, wte.fp32.end(), INFINITY);
    ops_->prepare_weights(wte.fp32.data(), s.padded_vocab * s.width);
    const LossTerms terms(1.0f / 37, 0.01f);
    double loss = 0.25, plain_loss = 0.25;
    auto dx = results(n * s.width);
    std::vector<float> dwte(s.padded_vocab * s.width), losses(s.rows * (s.seq_len - 1));
    std::vector<double> plain_dx(dx.size()), plain_dwte(dwte.size()), plain_losses(losses.size());
    ops_->lm_head_train(&loss, act(dx), dwte.data(), act(x.bf16), wte.fp32.data(), tokens.data(), s,
                        terms);
    ops_->lm_head_losses(losses.data(), act(x.bf16), wte.fp32.data(), tokens.data(), s);
    plain::lm_head_train(&plain_loss, plain_dx.data(), plain_dwte.data(), x.fp64.data(),
                         wte.fp64.data(), tokens.data(), s, terms);
    plain::lm_head_losses(plain_losses.data(), x.fp64.data(), wte.fp64.data(), tokens.data(), s);
    EXPECT_NEAR(loss, plain_loss, 1e-6 * plain_loss);  // logits and the loss are fp32
    EXPECT_LT(distance(losses, plain_losses), 1e-5);
    EXPECT_LT(distance(widen(dx), plain_dx), 2 * kRounding);
    EXPECT_LT(distance(dwte, plain_dwte), kRounding);
  }
}

}  // namespace
}  // namespace amt
