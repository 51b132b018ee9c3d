// Compares each call of CudaOps, with fakes for cuBLASLt, cuDNN and the CUDA runtime, with the
// plain code.
#include "amt/ops/weights.hpp"
#include "cuda_ops_fixture.hpp"
#include "ops/lm_head_calls.hpp"

namespace amt::cuda {
namespace {

using test::distance;
using test::normal;
using test::random_tokens;

TEST_F(CudaOpsTest, SumsAndOptimises) {
  for (const Dim n : {1, 5, 4096, 5000}) {
    const auto x = normal<float>(n, 1), y = normal<float>(n, 2);
    auto v = normal<float>(n, 3);
    for (float& value : v) value *= value;
    const Buffer dx = upload(x), dy = upload(y), dm = upload(x), dv = upload(v);
    double sum = 0, expected = 0;
    ops_->run(SumOfSquares{&sum, dx.as<float>(), n});
    plain::run(SumOfSquares{&expected, x.data(), n});
    EXPECT_NEAR(sum, expected, 1e-6);
    auto p = test::convert<double>(y), m = test::convert<double>(x);
    auto v2 = test::convert<double>(v);
    const auto g = test::convert<double>(x);
    const AdamWStep step{.learning_rate = 0.1, .weight_decay = 0.1, .update = 2};
    plain::run(AdamWOf<double>{p.data(), m.data(), v2.data(), g.data(), n, step});
    ops_->run(AdamW{dy.as<float>(), dm.as<float>(), dv.as<float>(), dx.as<float>(), n, step});
    EXPECT_LT(distance(download(dy), p), 1e-6);
    EXPECT_LT(distance(download(dv), v2), 1e-6);
  }
}

TEST_F(CudaOpsTest, OrthogonalisesSubmatrices) {
  struct Shape {
    Dim rows, columns, stride;
  };
  for (const auto& [rows, columns, stride] :
       {Shape{16, 16, 48}, Shape{24, 96, 96}, Shape{96, 24, 24}}) {
    const Dim n = rows * stride;
    const auto p = normal<float>(n, 1), m = normal<float>(n, 2, 0.01), g = normal<float>(n, 3, 0.1);
    const Buffer gp = upload(p), gm = upload(m), gg = upload(g);
    const Buffer work = Buffer::activations(*ops_, muon_work(rows, columns));
    const MuonStep step{.learning_rate = 0.1, .weight_decay = 0.1, .gradient_scale = 0.5};
    Weights weights(*ops_, gp.as<float>(), n);
    weights.refresh();
    ops_->run(Muon{gp.as<float>(), gm.as<float>(), gg.as<float>(), work.activation(), rows, columns,
                   stride, step});
    auto ep = test::convert<double>(p), em = test::convert<double>(m);
    const auto eg = test::convert<double>(g);
    plain::run(MuonOf<double, double>{ep.data(), em.data(), eg.data(), nullptr, rows, columns,
                                      stride, step});
    auto change = test::convert<double>(download(gp));
    for (Dim i = 0; i < n; ++i) {
      change[i] -= p[i];
      ep[i] -= p[i];
    }
    EXPECT_LT(distance(download(gm), em), 1e-6);
    EXPECT_LT(distance(change, ep), 0.1) << rows << " x " << columns;
  }
}

/// Covers three blocks of 128 positions.
TEST_F(CudaOpsTest, LmHeadAgreesWithPlainOverSeveralBlocks) {
  ops_ = make_cuda_ops({}, 1);
  const LmHeadShape s{5, 60, 16, 37, 128};
  const Dim n = s.rows * s.seq_len;
  const LossConfig terms(0.5f, 0.01f);
  const auto tokens = random_tokens(n, s.vocab, 1);
  const auto x = bf16_normal(n * s.width, 2);
  auto wte = bf16_normal(s.padded_vocab * s.width, 3);
  std::fill(wte.begin() + s.vocab * s.width, wte.end(), 0.0f);
  const Buffer dtokens = upload(tokens), hidden = upload_bf16(x), weights = upload(wte);
  const Buffer dx = Buffer::activations(*ops_, n * s.width);
  const Buffer dwte = upload(std::vector<float>(wte.size(), 1)),
               total = upload(std::vector<double>{3});
  const Buffer losses = Buffer::floats(*ops_, s.rows * (s.seq_len - 1));
  const Buffer logits = Buffer::floats(*ops_, n * s.vocab);
  Weights known(*ops_, weights.as<float>(), Dim(wte.size()));
  known.refresh();
  ops_->run(LmHeadTrain{.loss = total.as<double>(),
                        .dx = dx.activation(),
                        .dwte = dwte.as<float>(),
                        .x = hidden.activation(),
                        .wte = weights.as<float>(),
                        .tokens = dtokens.as<std::uint16_t>(),
                        .shape = s,
                        .terms = terms});
  ops_->run(LmHeadLosses{.losses = losses.as<float>(),
                         .x = hidden.activation(),
                         .wte = weights.as<float>(),
                         .tokens = dtokens.as<std::uint16_t>(),
                         .shape = s});
  LmHeadLogits all{.logits = logits.as<float>(),
                   .x = hidden.activation(),
                   .wte = weights.as<float>(),
                   .n = n,
                   .width = s.width,
                   .vocab = s.vocab,
                   .padded_vocab = s.padded_vocab};
  ops_->run(all);
  const Buffer last = Buffer::floats(*ops_, s.rows * s.vocab);
  LmHeadLogits of_last = all;
  of_last.logits = last.as<float>();
  of_last.n = s.rows;
  of_last.first = s.seq_len - 1;
  of_last.step = s.seq_len;
  ops_->run(of_last);

  const auto xd = test::convert<double>(x), wd = test::convert<double>(wte);
  std::vector<double> e_dx(xd.size()), e_dwte(wd.size(), 1), e_losses(s.rows * (s.seq_len - 1));
  std::vector<double> e_logits(n * s.vocab);
  double e_total = 3;
  plain::run(
      test::head_train<double>(&e_total, e_dx.data(), e_dwte, xd.data(), wd, tokens, s, terms));
  plain::run(test::head_losses<double>(e_losses, xd.data(), wd, tokens, s));
  plain::run(test::head_logits<double>(e_logits, xd.data(), wd, s));
  std::vector<float> e_last;
  for (Dim row = 0; row < s.rows; ++row) {
    const auto first = e_logits.begin() + (row * s.seq_len + s.seq_len - 1) * s.vocab;
    e_last.insert(e_last.end(), first, first + s.vocab);
  }
  EXPECT_LT(distance(download(last), e_last), 1e-5);
  EXPECT_NEAR(download<double>(total)[0] / e_total, 1, 0.01);
  EXPECT_LT(distance(download_bf16(dx), e_dx), 0.02);
  EXPECT_LT(distance(download(losses), e_losses), 0.02);
  EXPECT_LT(distance(download(logits), e_logits), 1e-5);
  const auto gradient = download(dwte);
  EXPECT_LT(distance(gradient, e_dwte), 0.02);
  for (Dim i = s.vocab * s.width; i < Dim(gradient.size()); ++i) EXPECT_EQ(gradient[i], 1);
}

TEST_F(CudaOpsTest, UnsupportedWidthsAreRefused) {
  for (const Dim width : {12, 2056}) {
    const std::string text = error([&] {
      ops_->run(EmbeddingForward{nullptr, nullptr, nullptr, nullptr, 1, 1, width});
    });
    EXPECT_NE(text.find("multiple of 8 and at most 2048"), std::string::npos) << text;
  }
}

TEST_F(CudaOpsTest, WeightsThatWereNotPreparedAreAnError) {
  const Buffer x = upload(std::vector<float>(64, 0.0f));
  Weights weights(*ops_, x.as<float>(), 32);
  weights.refresh();
  const std::string text = error([&] {
    ops_->run(LinearForward{.out = x.activation(),
                            .x = x.activation(),
                            .weight = x.as<float>() + 32,
                            .bias = x.as<float>(),
                            .n = 1,
                            .in_width = 8,
                            .out_width = 8});
  });
  EXPECT_NE(text.find("never refreshed"), std::string::npos) << text;
}

// Our own kernels compute these even if cuDNN was requested, which has no fused plan for them.
TEST_F(CudaOpsTest, QueriesAtTheEndOfRowsAgreeWithPlain) {
  ops_ = make_cuda_ops({.attention = Attention::kCudnn});
  const AttentionShape s{2, 3, 9, 2, 8, 0.35f};
  const Dim width = s.heads * s.head_dim, queries = s.rows * s.query_len * width;
  const auto q = bf16_normal(queries, 1), k = bf16_normal(s.rows * s.key_len * width, 2);
  const auto v = bf16_normal(s.rows * s.key_len * width, 3);
  const Buffer gq = upload_bf16(q), gk = upload_bf16(k), gv = upload_bf16(v);
  const Buffer out = Buffer::activations(*ops_, queries);
  const Buffer lse = Buffer::floats(*ops_, s.rows * s.heads * s.query_len);
  const auto heads = [&](const auto* data, Dim length) {
    return HeadsOf<std::remove_reference_t<decltype(*data)>>{data, 0, length * width, width};
  };
  const auto on_gpu = [&](const Buffer& buffer, Dim length) {
    return heads(static_cast<const Activation*>(buffer.activation()), length);
  };
  ops_->run(AttentionForward{out.activation(), lse.as<float>(), on_gpu(gq, s.query_len),
                             on_gpu(gk, s.key_len), on_gpu(gv, s.key_len), s});
  EXPECT_EQ(fake::device().fused_calls, 0);
  std::vector<float> expected(queries), expected_lse(s.rows * s.heads * s.query_len);
  plain::run(AttentionForwardOf<float, float>{
      expected.data(), expected_lse.data(), heads(q.data(), s.query_len),
      heads(k.data(), s.key_len), heads(v.data(), s.key_len), s});
  EXPECT_LT(distance(download_bf16(out), expected), 0.01);
  EXPECT_LT(distance(download(lse), expected_lse), 1e-5);
}

}  // namespace
}  // namespace amt::cuda
