#include "operation_work.hpp"

#include <gtest/gtest.h>

#include "amt/resources/flops.hpp"
#include "bench/model_size.hpp"

namespace amt {
namespace {

/// The products of a whole pass over `rows` rows, call by call as the model makes them.
double flops_of_pass(const ModelConfig& c, Dim rows) {
  const Dim n = rows * c.seq_len, width = c.hidden_dim;
  const AttentionShape attention{rows, c.seq_len, c.num_heads, width / c.num_heads, 1};
  const auto linear = [&](Dim in, Dim out) {
    return linear_forward_work(n, in, out, false).flops +
           linear_backward_work(n, in, out, false).flops;
  };
  const double block = linear(width, 3 * width) + linear(width, width) + linear(width, 4 * width) +
                       linear(4 * width, width) + attention_forward_work(attention).flops +
                       attention_backward_work(attention).flops;
  return c.num_layers * block +
         lm_head_train_work({rows, c.seq_len, width, c.vocab_size, c.padded_vocab_size()}).flops;
}

// PaLM's count takes attention as not causal and its backward as two products' worth for each of
// the forward's; a fused backward computes the scores again: 7 products, of which half is masked.
TEST(OperationWork, AddsUpToTheModels) {
  for (const char* size : {"small", "medium", "large"}) {
    const ModelConfig c = sized_config(size);
    const double tokens = 3.0 * c.seq_len;
    const double attention = 12.0 * c.num_layers * c.hidden_dim * c.seq_len;
    const double expected = model_flops_per_token(c) - attention +
                            attention * 7 / 12 * (c.seq_len + 1) / static_cast<double>(c.seq_len);
    EXPECT_NEAR(flops_of_pass(c, 3) / tokens, expected, 1e-9 * expected) << size;
  }
}

TEST(OperationWork, BytesOfSmallCases) {
  EXPECT_EQ(linear_forward_work(2, 3, 5, false).bytes, 2 * (6 + 15 + 10));
  EXPECT_EQ(linear_forward_work(2, 3, 5, true).bytes, 2 * (6 + 15 + 20));
  EXPECT_EQ(linear_backward_work(2, 3, 5, false).bytes, 2 * (12 + 15 + 10) + 8 * 15);
  EXPECT_EQ(layernorm_forward_work(2, 8, true).bytes, 2 * 4 * 16);
  EXPECT_EQ(layernorm_backward_work(2, 8, true, true).bytes, 2 * 5 * 16);
  EXPECT_EQ(adamw_work(10).bytes, 280);
}

TEST(OperationWork, TheSlowerRateIsTheRoof) {
  EXPECT_EQ(roof_seconds({100, 10}, 10, 5), 10);
  EXPECT_EQ(roof_seconds({10, 100}, 10, 5), 20);
  EXPECT_EQ(roof_seconds({10, 100}, 10, 0), 1) << "a rate that is not known limits nothing";
}

}  // namespace
}  // namespace amt
