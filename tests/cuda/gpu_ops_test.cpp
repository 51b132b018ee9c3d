// Tests embedding, layer norms, linear layers and the LM head on a GPU.
#include "gpu_ops_fixture.hpp"

namespace amt::test {
namespace {

void embedding(Workbench& w, Dim rows, Dim seq_len, Dim width, Dim vocab) {
  const Dropout dropout = dropout_for(seq_len);
  const Dim n = rows * seq_len;
  const auto tokens = random_tokens(n, vocab, 1);
  const auto p = w.weights({normal<float>(vocab * width, 2), normal<float>(seq_len * width, 3)});
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
}

TEST_F(GpuOps, Embedding) {
  using Shape = std::array<Dim, 4>;
  for (const Shape& s : {Shape{1, 1, 8, 3}, Shape{3, 7, 24, 5}, Shape{2, 1024, 768, 55028}}) {
    compare("embedding", shape_text({s[0], s[1], s[2]}),
            [&](Workbench& w) { embedding(w, s[0], s[1], s[2], s[3]); });
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
  for (const auto& s : std::vector<std::array<Dim, 2>>{
           {1, 8}, {5, 24}, {33, 264}, {77, 128}, {1024, 768}, {1000, 1024}, {513, 1280}}) {
    const Dim n = s[0], width = s[1];
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
  for (const auto& s : std::vector<std::array<Dim, 3>>{{1, 8, 8},
                                                       {7, 32, 96},
                                                       {77, 128, 512},
                                                       {1024, 768, 2304},
                                                       {1024, 768, 3072},
                                                       {1024, 3072, 768},
                                                       {333, 1280, 1280}}) {
    const Dim n = s[0], in = s[1], out = s[2];
    for (const bool gelu : {false, true}) {
      const std::string shape = shape_text({n, in, out}) + (gelu ? ", GELU" : "");
      compare("linear", shape, [&](Workbench& w) { linear(w, n, in, out, gelu); });
      compare("linear backward", shape,
              [&](Workbench& w) { linear_backward(w, n, in, out, gelu); });
    }
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

}  // namespace
}  // namespace amt::test
