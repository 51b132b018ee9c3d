#include "operation_work.hpp"

#include <gtest/gtest.h>

#include "amt/resources/flops.hpp"
#include "bench/model_size.hpp"

namespace amt {
namespace {

Activation* const kThere = reinterpret_cast<Activation*>(8);  // a non-null array

LinearForward linear(Dim n, Dim in, Dim out, bool gelu) {
  LinearForward op{};
  op.pre = gelu ? kThere : nullptr;
  op.n = n;
  op.in_width = in;
  op.out_width = out;
  return op;
}
LinearBackward linear_backward(Dim n, Dim in, Dim out) {
  LinearBackward op{};
  op.n = n;
  op.in_width = in;
  op.out_width = out;
  return op;
}
double attention_flops(const AttentionShape& shape) {
  AttentionForward forward;
  AttentionBackward backward;
  forward.shape = backward.shape = shape;
  return work_of(forward).flops + work_of(backward).flops;
}

/// Returns the FLOPs of a complete pass over `rows` rows, summed over the calls that the model
/// makes.
double flops_of_pass(const ModelConfig& c, Dim rows) {
  const Dim n = rows * c.seq_len, width = c.hidden_dim;
  const AttentionShape attention =
      self_attention(rows, c.seq_len, c.num_heads, width / c.num_heads, 1);
  const auto layer = [&](Dim in, Dim out) {
    return work_of(linear(n, in, out, false)).flops + work_of(linear_backward(n, in, out)).flops;
  };
  const double block = layer(width, 3 * width) + layer(width, width) + layer(width, 4 * width) +
                       layer(4 * width, width) + attention_flops(attention);
  LmHeadTrain head{};
  head.shape = {rows, c.seq_len, width, c.vocab_size, c.padded_vocab_size()};
  return c.num_layers * block + work_of(head).flops;
}

// PaLM's formula ignores the causal mask and counts two backward products per forward product.
// Fused attention computes the scores again in the backward pass, so it has 7 products in total;
// the mask halves each of them.
TEST(OperationWork, SumsToTheModelsFlops) {
  for (const char* size : {"small", "medium", "large"}) {
    const ModelConfig c = sized_config(size);
    const double tokens = 3.0 * c.seq_len;
    const double attention = 12.0 * c.num_layers * c.hidden_dim * c.seq_len;
    const double expected = model_flops_per_token(c) - attention +
                            attention * 7 / 12 * (c.seq_len + 1) / static_cast<double>(c.seq_len);
    EXPECT_NEAR(flops_of_pass(c, 3) / tokens, expected, 1e-9 * expected) << size;
  }
}

TEST(OperationWork, CountsBytesOfSmallShapes) {
  EXPECT_EQ(work_of(linear(2, 3, 5, false)).bytes, 2 * (6 + 15 + 10));
  EXPECT_EQ(work_of(linear(2, 3, 5, true)).bytes, 2 * (6 + 15 + 20));
  EXPECT_EQ(work_of(linear_backward(2, 3, 5)).bytes, 2 * (12 + 15 + 10) + 8 * 15);
  LayerNormForward norm{};
  norm.y = kThere;
  norm.n = 2;
  norm.width = 8;
  EXPECT_EQ(work_of(norm).bytes, 2 * 4 * 16);
  LayerNormBackward norm_backward{};
  norm_backward.dy = kThere;
  norm_backward.n = 2;
  norm_backward.width = 8;
  norm_backward.add = true;
  EXPECT_EQ(work_of(norm_backward).bytes, 2 * 5 * 16);
  AdamW adamw{};
  adamw.n = 10;
  EXPECT_EQ(work_of(adamw).bytes, 300);
}

TEST(OperationWork, TheSlowerRateSetsTheRoof) {
  EXPECT_EQ(roof_seconds({100, 10}, 10, 5), 10);
  EXPECT_EQ(roof_seconds({10, 100}, 10, 5), 20);
  EXPECT_EQ(roof_seconds({10, 100}, 10, 0), 1) << "an unknown rate sets no limit";
}

}  // namespace
}  // namespace amt
