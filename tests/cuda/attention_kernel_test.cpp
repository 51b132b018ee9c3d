#include "kernel_support.hpp"
#include "src/cuda/kernels/attention.cuh"
#include "src/ops/plain/attention.hpp"

namespace amt::gpu {
namespace {

constexpr unsigned kThreads = kAttentionWarps * kLanes;

void check(const AttentionShape& s, Order order) {
  const Dim size = s.rows * s.seq_len * s.heads * s.head_dim,
            queries = s.rows * s.heads * s.seq_len;
  const auto qkv = bf16_normal(3 * size, 1), dout = bf16_normal(size, 2);
  std::vector<double> out(size), lse(queries), dqkv(3 * size);
  plain::attention_forward(out.data(), lse.data(), qkv.data(), s);
  plain::attention_backward(dqkv.data(), dout.data(), out.data(), lse.data(), qkv.data(), s);

  Array<Bf16> gqkv(qkv), gdout(dout), gout(size), gdqkv(3 * size);
  Array<float> glse(queries);
  const Index blocks = blocks_for(queries, kAttentionWarps);
  launch(order, blocks, kThreads, attention_forward, gout.data(), glse.data(), gqkv.data(), s);
  launch(order, blocks, kThreads, attention_query_gradient, gdqkv.data(), gdout.data(), gout.data(),
         glse.data(), gqkv.data(), s);
  launch(order, blocks, kThreads, attention_key_gradient, gdqkv.data(), gdout.data(), gout.data(),
         glse.data(), gqkv.data(), s);
  EXPECT_LT(distance(gout.values(), out), kRounding);
  EXPECT_LT(distance(glse.values(), lse), 1e-5);
  EXPECT_LT(distance(gdqkv.values(), dqkv), 2 * kRounding);
  EXPECT_TRUE(gout.fences_stand() && glse.fences_stand() && gdqkv.fences_stand());
}

TEST(AttentionKernel, AgreesWithPlain) {
  for (const Order order : kOrders) {
    check({1, 1, 1, 8, 0.5f}, order);
    check({2, 9, 3, 16, 0.35f}, order);
    check({1, 33, 2, 64, 0.125f / 3}, order);
    check({1, 5, 1, 200, 0.1f}, order);
  }
}

}  // namespace
}  // namespace amt::gpu
