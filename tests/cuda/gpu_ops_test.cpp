// Every compute call of Ops: the device against the CPU in fp32, on random numbers that bf16 can
// hold, over odd shapes and those of the real models.
#include <gtest/gtest.h>

#include "gpu_compare.hpp"
#include "gpu_device.hpp"
#include "ops/numbers.hpp"

namespace amt::test {
namespace {

class GpuOps : public testing::Test {
 protected:
  void SetUp() override {
    if (!no_device().empty()) GTEST_SKIP() << no_device();
  }
};

Dropout dropout_for(Dim seq_len) {
  return {.rate = 0.2, .seed = 3, .step = 9, .first_row = 5, .seq_len = seq_len, .layer = 2};
}

TEST_F(GpuOps, Embedding) {
  for (const auto& [rows, seq_len, width, vocab] :
       std::vector<std::array<Dim, 4>>{{1, 1, 8, 3}, {3, 7, 24, 5}, {2, 1024, 768, 55028}}) {
    const Dropout dropout = dropout_for(seq_len);
    const Dim n = rows * seq_len;
    compare("embedding", shape_text({rows, seq_len, width}), [&](Workbench& w) {
      const auto tokens = random_tokens(n, vocab, 1);
      const auto p =
          w.weights({normal<float>(vocab * width, 2), normal<float>(seq_len * width, 3)});
      const auto* t = w.copy(tokens);
      Activation* out = w.activations(n * width);
      float* dwte = w.floats(normal<float>(vocab * width, 4));
      float* dwpe = w.floats(normal<float>(seq_len * width, 5));
      w.ops().run(EmbeddingForward{.out = out,
                                   .tokens = t,
                                   .wte = p[0],
                                   .wpe = p[1],
                                   .rows = rows,
                                   .length = seq_len,
                                   .width = width,
                                   .dropout = dropout});
      w.ops().run(EmbeddingBackward{.dwte = dwte,
                                    .dwpe = dwpe,
                                    .dx = w.activations(normal<float>(n * width, 6)),
                                    .tokens = t,
                                    .host_tokens = tokens.data(),
                                    .rows = rows,
                                    .length = seq_len,
                                    .width = width,
                                    .dropout = dropout});
      w.result("out", out, n * width);
      w.result("dwte", dwte, vocab * width);
      w.result("dwpe", dwpe, seq_len * width);
    });
  }
}

void layernorm(Workbench& w, Dim n, Dim width, bool with_y, bool add) {
  const Dropout dropout = with_y ? dropout_for(7) : Dropout{};
  const Dim size = n * width;
  const auto p = w.weights({normal<float>(width, 3), normal<float>(width, 4)});
  Activation* x = w.activations(normal<float>(size, 1));
  Activation* out = w.activations(size);
  Activation* residual = with_y ? w.activations(size) : x;
  Activation* dx = w.activations(normal<float>(size, 6));
  Activation* dy = with_y ? w.activations(size) : nullptr;
  float *mean = w.floats(n), *rstd = w.floats(n);
  float *dw = w.floats(normal<float>(width, 7)), *db = w.floats(normal<float>(width, 8));
  w.ops().run(LayerNormForward{.out = out,
                               .residual = with_y ? residual : nullptr,
                               .mean = mean,
                               .rstd = rstd,
                               .x = x,
                               .y = with_y ? w.activations(normal<float>(size, 2)) : nullptr,
                               .weight = p[0],
                               .bias = p[1],
                               .n = n,
                               .width = width,
                               .dropout = dropout});
  w.ops().run(LayerNormBackward{.dresidual = dx,
                                .dy = dy,
                                .dweight = dw,
                                .dbias = db,
                                .dout = w.activations(normal<float>(size, 5)),
                                .residual = residual,
                                .mean = mean,
                                .rstd = rstd,
                                .weight = p[0],
                                .n = n,
                                .width = width,
                                .add = add,
                                .dropout = dropout});
  w.result("out", out, size);
  w.result("residual", residual, size);
  w.result("mean", mean, n);
  w.result("rstd", rstd, n);
  w.result("dresidual", dx, size);
  if (with_y) w.result("dy", dy, size);
  w.result("dw", dw, width);
  w.result("db", db, width);
}

TEST_F(GpuOps, LayerNorm) {
  for (const auto& [n, width] : std::vector<std::array<Dim, 2>>{
           {1, 8}, {5, 24}, {33, 264}, {77, 128}, {1024, 768}, {1000, 1024}, {513, 1280}}) {
    for (const bool with_y : {false, true}) {
      const std::string name = with_y ? "residual, layer norm" : "layer norm";
      compare(name, shape_text({n, width}),
              [&](Workbench& w) { layernorm(w, n, width, with_y, with_y); });
    }
  }
}

void linear(Workbench& w, Dim n, Dim in, Dim out_width, bool gelu) {
  const double unit = 1 / std::sqrt(double(in));
  const auto p = w.weights({normal<float>(in * out_width, 1, unit), normal<float>(out_width, 2)});
  Activation* x = w.activations(normal<float>(n * in, 3));
  Activation* out = w.activations(n * out_width);
  Activation* pre = gelu ? w.activations(n * out_width) : nullptr;
  w.ops().run(LinearForward{.out = out,
                            .pre = pre,
                            .x = x,
                            .weight = p[0],
                            .bias = p[1],
                            .n = n,
                            .in_width = in,
                            .out_width = out_width});
  w.result("out", out, n * out_width);
  if (gelu) w.result("pre", pre, n * out_width);
}

void linear_backward(Workbench& w, Dim n, Dim in, Dim out_width, bool gelu) {
  const double unit = 1 / std::sqrt(double(out_width));
  const auto p = w.weights({normal<float>(in * out_width, 1, unit)});
  Activation* dx = w.activations(n * in);
  float* dw = w.floats(normal<float>(in * out_width, 4));
  float* db = w.floats(normal<float>(out_width, 5));
  w.ops().run(LinearBackward{.dx = dx,
                             .dweight = dw,
                             .dbias = db,
                             .dout = w.activations(normal<float>(n * out_width, 6)),
                             .x = w.activations(normal<float>(n * in, 7)),
                             .pre = gelu ? w.activations(normal<float>(n * in, 8)) : nullptr,
                             .weight = p[0],
                             .n = n,
                             .in_width = in,
                             .out_width = out_width});
  w.result("dx", dx, n * in);
  w.result("dw", dw, in * out_width);
  w.result("db", db, out_width);
}

TEST_F(GpuOps, Linear) {
  for (const auto& [n, in, out] : std::vector<std::array<Dim, 3>>{{1, 8, 8},
                                                                  {7, 32, 96},
                                                                  {77, 128, 512},
                                                                  {1024, 768, 2304},
                                                                  {1024, 768, 3072},
                                                                  {1024, 3072, 768},
                                                                  {333, 1280, 1280}}) {
    for (const bool gelu : {false, true}) {
      const std::string shape = shape_text({n, in, out}) + (gelu ? ", GELU" : "");
      compare("linear", shape, [&](Workbench& w) { linear(w, n, in, out, gelu); });
      compare("linear backward", shape,
              [&](Workbench& w) { linear_backward(w, n, in, out, gelu); });
    }
  }
}

void attention(Workbench& w, const AttentionShape& s) {
  const Dim n = s.rows * s.key_len, width = s.heads * s.head_dim;
  const Activation* qkv = w.activations(normal<float>(3 * n * width, 1));
  Activation *out = w.activations(n * width), *dqkv = w.activations(3 * n * width);
  float* lse = w.floats(n * s.heads);
  const auto heads = [&](Dim part) { return packed_heads(qkv, s, part); };
  const auto gradients = [&](Dim part) { return packed_heads(dqkv, s, part); };
  w.ops().run(AttentionForward{out, lse, heads(0), heads(1), heads(2), s});
  w.ops().run(AttentionBackward{.dq = gradients(0),
                                .dk = gradients(1),
                                .dv = gradients(2),
                                .dout = w.activations(normal<float>(n * width, 2)),
                                .out = out,
                                .lse = lse,
                                .q = heads(0),
                                .k = heads(1),
                                .v = heads(2),
                                .shape = s});
  w.result("out", out, n * width);
  w.result("lse", lse, n * s.heads);
  w.result("dqkv", dqkv, 3 * n * width);
}

/// Fewer queries than keys, in arrays of their own.
void attention_queries(Workbench& w, const AttentionShape& s) {
  const Dim width = s.heads * s.head_dim, n = s.rows * s.query_len, keys = s.rows * s.key_len;
  const auto of = [&](const Activation* x, Dim length) {
    return HeadsOf<const Activation>{x, 0, length * width, width};
  };
  Activation* out = w.activations(n * width);
  float* lse = w.floats(n * s.heads);
  w.ops().run(AttentionForward{out, lse,
                               of(w.activations(normal<float>(n * width, 1)), s.query_len),
                               of(w.activations(normal<float>(keys * width, 2)), s.key_len),
                               of(w.activations(normal<float>(keys * width, 3)), s.key_len), s});
  w.result("out", out, n * width);
  w.result("lse", lse, n * s.heads);
}

std::string text(const AttentionShape& s) {
  return shape_text({s.rows, s.query_len, s.key_len, s.heads, s.head_dim});
}

TEST_F(GpuOps, PlainAttention) {
  for (const AttentionShape& s :
       {self_attention(1, 1, 1, 8, 0.35f), self_attention(2, 12, 4, 8, 0.35f),
        self_attention(3, 77, 2, 32, 0.18f), self_attention(1, 1024, 12, 64, 0.125f / 12)}) {
    compare(
        "attention, plain", text(s), [&](Workbench& w) { attention(w, s); }, kBf16Tolerance,
        cuda::Attention::kPlain);
  }
}

TEST_F(GpuOps, CudnnAttention) {
  for (const AttentionShape& s :
       {self_attention(2, 48, 2, 64, 0.125f), self_attention(3, 77, 2, 64, 0.06f),
        self_attention(2, 1024, 12, 64, 0.125f), self_attention(1, 1024, 20, 64, 0.125f / 36)}) {
    compare(
        "attention, cuDNN", text(s), [&](Workbench& w) { attention(w, s); }, kBf16Tolerance,
        cuda::Attention::kCudnn);
  }
}

TEST_F(GpuOps, AttentionOfTheLastPositions) {
  for (const AttentionShape& s :
       {AttentionShape{2, 1, 77, 2, 32, 0.18f}, AttentionShape{3, 5, 12, 4, 8, 0.35f}}) {
    compare("attention, queries", text(s), [&](Workbench& w) { attention_queries(w, s); });
  }
}

void lm_head(Workbench& w, const LmHeadShape& s) {
  const Dim n = s.rows * s.seq_len;
  const auto* tokens = w.copy(random_tokens(n, s.vocab, 1));
  const auto p =
      w.weights({normal<float>(s.padded_vocab * s.width, 2, 2 / std::sqrt(double(s.width)))});
  Activation* x = w.activations(normal<float>(n * s.width, 3));
  Activation* dx = w.activations(n * s.width);
  float* dwte = w.floats(normal<float>(s.padded_vocab * s.width, 4, 1e-3));
  float* losses = w.floats(s.rows * (s.seq_len - 1));
  double* loss = w.copy(std::vector<double>{0.25});
  w.ops().run(LmHeadTrain{.loss = loss,
                          .dx = dx,
                          .dwte = dwte,
                          .x = x,
                          .wte = p[0],
                          .tokens = tokens,
                          .shape = s,
                          .terms = {1.0f / float(n), 1e-3f}});
  w.ops().run(LmHeadLosses{.losses = losses, .x = x, .wte = p[0], .tokens = tokens, .shape = s});
  double sum = 0;
  w.ops().to_host(&sum, loss, sizeof(sum));
  w.result("loss", sum);
  w.result("dx", dx, n * s.width);
  w.result("dwte", dwte, s.padded_vocab * s.width);
  w.result("losses", losses, s.rows * (s.seq_len - 1));
  if (n * s.vocab > 1'000'000) return;
  float* logits = w.floats(n * s.vocab);
  LmHeadLogits op{.logits = logits,
                  .x = x,
                  .wte = p[0],
                  .n = n,
                  .width = s.width,
                  .vocab = s.vocab,
                  .padded_vocab = s.padded_vocab};
  w.ops().run(op);
  w.result("logits", logits, n * s.vocab);
  op.logits = w.floats(s.rows * s.vocab);
  op.n = s.rows;
  op.first = s.seq_len - 1;
  op.step = s.seq_len;
  w.ops().run(op);
  w.result("logits of last", op.logits, s.rows * s.vocab);
}

TEST_F(GpuOps, LmHead) {
  for (const LmHeadShape& s :
       {LmHeadShape{1, 2, 8, 3, 128}, LmHeadShape{4, 24, 32, 101, 128},
        LmHeadShape{3, 342, 48, 1100, 1152}, LmHeadShape{1, 160, 768, 55028, 55040}}) {
    compare("LM head", shape_text({s.rows, s.seq_len, s.width, s.vocab}),
            [&](Workbench& w) { lm_head(w, s); });
  }
}

TEST_F(GpuOps, FlatBuffers) {
  for (const Dim n : {Dim{1}, Dim{3}, Dim{1023}, Dim{3'000'001}}) {
    const auto g = normal<float>(n, 1);
    compare(
        "adamw", shape_text({n}),
        [&](Workbench& w) {
          float *p = w.floats(normal<float>(n, 2)), *m = w.floats(normal<float>(n, 3, 0.1));
          std::vector<float> second = normal<float>(n, 4, 0.1);
          for (float& value : second) value *= value;
          float* v = w.floats(second);
          const AdamWStep step{
              .learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.5, .update = 3};
          w.ops().run(AdamW{p, m, v, w.floats(g), n, step});
          w.result("p", p, n);
          w.result("m", m, n);
          w.result("v", v, n);
        },
        kFloatTolerance);
    compare(
        "flat", shape_text({n}),
        [&](Workbench& w) {
          double sum = 0;
          w.ops().run(SumOfSquares{&sum, w.floats(g), n});
          w.result("sum of squares", sum);
        },
        kFloatTolerance);
  }
}

TEST_F(GpuOps, MemoryGoesThereAndBack) {
  const auto ops = make_tested_ops();
  const auto values = normal<float>(100'003, 1);
  const Buffer buffer = Buffer::floats(*ops, 100'003);
  std::vector<float> back(values.size());
  ops->to_device(buffer.as<float>(), values.data(), buffer.bytes());
  ops->zero(buffer.as<float>() + 7, 5 * sizeof(float));
  ops->to_host(back.data(), buffer.as<float>(), buffer.bytes());
  auto expected = values;
  std::fill_n(expected.begin() + 7, 5, 0.0f);
  EXPECT_EQ(back, expected);
  ops->synchronise();
}

TEST_F(GpuOps, ATimerTellsTheDevicesTime) {
  const auto ops = make_tested_ops();
  const Buffer buffer(*ops, std::size_t{256} << 20);
  const auto timer = ops->make_timer();
  const auto seconds = [&](int pieces) {
    timer->start();
    for (int i = 0; i < pieces; ++i) ops->zero(buffer.as<char>(), buffer.bytes());
    timer->stop();
    return timer->seconds();
  };
  EXPECT_GT(seconds(64), seconds(1));
}

// The comparison itself: a device that computes something else is seen.
TEST_F(GpuOps, AnotherScaleIsSeen) {
  const AttentionShape s = self_attention(1, 24, 2, 16, 0.25f);
  const double difference = largest_difference("attention, wrong", text(s), [&](Workbench& w) {
    AttentionShape mine = s;
    if (w.tested()) mine.scale *= 1.2f;
    attention(w, mine);
  });
  EXPECT_GT(difference, kBf16Tolerance);
}

}  // namespace
}  // namespace amt::test
