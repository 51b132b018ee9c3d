// Tests attention on a GPU, with cuDNN and with our own kernels.
#include "gpu_ops_fixture.hpp"

namespace amt::test {
namespace {

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

/// Computes attention with fewer queries than keys, which are in separate arrays.
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

/// A step for rows in reverse order, in a cache with one more row.
void attention_step(Workbench& w, const std::vector<std::int32_t>& positions, Dim heads,
                    Dim head_dim) {
  constexpr Dim kLength = 1024;
  const Dim n = std::ssize(positions), width = heads * head_dim, cached = (n + 1) * kLength * 2;
  std::vector<std::int32_t> rows;
  for (Dim i = n; i > 0; --i) rows.push_back(static_cast<std::int32_t>(i));
  Activation *out = w.activations(n * width),
             *cache = w.activations(normal<float>(cached * width, 1));
  float* lse = w.floats(n * heads);
  w.ops().run(AttentionStep{.out = out,
                            .lse = lse,
                            .cache = cache,
                            .qkv = w.activations(normal<float>(n * 3 * width, 2)),
                            .rows = w.copy(rows),
                            .positions = w.copy(positions),
                            .n = n,
                            .cache_length = kLength,
                            .heads = heads,
                            .head_dim = head_dim,
                            .scale = 0.125f});
  w.result("out", out, n * width);
  w.result("lse", lse, n * heads);
  w.result("cache", cache, cached * width);
}

std::string text(const AttentionShape& s) {
  return shape_text({s.rows, s.query_len, s.key_len, s.heads, s.head_dim});
}

void compare_attention(const std::string& name, cuda::Attention kind,
                       std::initializer_list<AttentionShape> shapes) {
  for (const AttentionShape& s : shapes) {
    compare(
        name, text(s), [&](Workbench& w) { attention(w, s); }, kBf16Tolerance, kind);
  }
}

TEST_F(GpuOps, PlainAttention) {
  compare_attention(
      "attention, plain", cuda::Attention::kPlain,
      {self_attention(1, 1, 1, 8, 0.35f), self_attention(2, 12, 4, 8, 0.35f),
       self_attention(3, 77, 2, 32, 0.18f), self_attention(1, 1024, 12, 64, 0.125f / 12)});
}

TEST_F(GpuOps, CudnnAttention) {
  compare_attention(
      "attention, cuDNN", cuda::Attention::kCudnn,
      {self_attention(2, 48, 2, 64, 0.125f), self_attention(3, 77, 2, 64, 0.06f),
       self_attention(2, 1024, 12, 64, 0.125f), self_attention(1, 1024, 20, 64, 0.125f / 36)});
}

TEST_F(GpuOps, AttentionForTheLastPositions) {
  for (const AttentionShape& s :
       {AttentionShape{2, 1, 77, 2, 32, 0.18f}, AttentionShape{3, 5, 12, 4, 8, 0.35f}}) {
    compare("attention, queries", text(s), [&](Workbench& w) { attention_queries(w, s); });
  }
}

TEST_F(GpuOps, AttentionOfOneStep) {
  compare("attention, step", "1 x 12 x 64",
          [](Workbench& w) { attention_step(w, {1023}, 12, 64); });
  compare("attention, step", "4 x 3 x 40", [](Workbench& w) {
    attention_step(w, {0, 2, 70, 511}, 3, 40);
  });
}

// A test of the comparison itself: it must notice a device that computes something else.
TEST_F(GpuOps, AnotherScaleIsNoticed) {
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
