#include "amt/kernels/attention.cuh"
#include "amt/kernels/attention_step.cuh"
#include "kernel_support.hpp"

namespace amt::gpu {
namespace {

constexpr unsigned kThreads = kAttentionWarps * kLanes;

/// T is the type of activations, P that of lse.
template <class T, class P>
struct Calls {
  AttentionForwardOf<T, P> forward;
  AttentionBackwardOf<T, P> backward;
};

/// heads(0), heads(1), heads(2) give q, k, v; gradients(0..2) give their gradients.
template <class T, class P, class Heads, class Gradients>
Calls<T, P> calls(T* out, P* lse, const T* dout, const Heads& heads, const Gradients& gradients,
                  const AttentionShape& s) {
  return {{out, lse, heads(0), heads(1), heads(2), s},
          {.dq = gradients(0),
           .dk = gradients(1),
           .dv = gradients(2),
           .dout = dout,
           .out = out,
           .lse = lse,
           .q = heads(0),
           .k = heads(1),
           .v = heads(2),
           .shape = s}};
}

/// Checks both directions with packed qkv.
template <class T, class P>
Calls<T, P> packed_calls(T* out, P* lse, T* dqkv, const T* dout, const T* qkv,
                         const AttentionShape& s) {
  return calls<T, P>(
      out, lse, dout, [&](Dim part) { return packed_heads(qkv, s, part); },
      [&](Dim part) { return packed_heads(dqkv, s, part); }, s);
}

void check(const AttentionShape& s, Order order) {
  const Dim size = s.rows * s.key_len * s.heads * s.head_dim,
            queries = s.rows * s.heads * s.key_len;
  const auto qkv = bf16_normal(3 * size, 1), dout = bf16_normal(size, 2);
  std::vector<double> out(size), lse(queries), dqkv(3 * size);
  const auto plain_calls =
      packed_calls(out.data(), lse.data(), dqkv.data(), dout.data(), qkv.data(), s);
  plain::run(plain_calls.forward);
  plain::run(plain_calls.backward);

  Array<Bf16> gqkv(qkv), gdout(dout), gout(size), gdqkv(3 * size);
  Array<float> glse(queries);
  const Index blocks = blocks_for(queries, kAttentionWarps);
  const auto gpu_calls = packed_calls<Bf16, float>(gout.data(), glse.data(), gdqkv.data(),
                                                   gdout.data(), gqkv.data(), s);
  launch(order, blocks, kThreads, attention_forward, gpu_calls.forward);
  launch(order, blocks, kThreads, attention_query_gradient, gpu_calls.backward);
  launch(order, blocks, kThreads, attention_key_gradient, gpu_calls.backward);
  EXPECT_LT(distance(gout.values(), out), kRounding);
  EXPECT_LT(distance(glse.values(), lse), 1e-5);
  EXPECT_LT(distance(gdqkv.values(), dqkv), 2 * kRounding);
  EXPECT_TRUE(gout.fences_intact() && glse.fences_intact() && gdqkv.fences_intact());
}

/// Returns the heads of q, k or v in an array of its own: x [rows, length, heads, head_dim].
template <class T>
HeadsOf<T> apart(T* x, const AttentionShape& s, Dim length) {
  return {x, 0, length * s.heads * s.head_dim, s.heads * s.head_dim};
}
template <class T, class P>
Calls<T, P> calls_apart(T* out, P* lse, const std::array<T*, 3>& x, const std::array<T*, 3>& dx,
                        const T* dout, const AttentionShape& s) {
  const auto length = [&](std::size_t part) { return part == 0 ? s.query_len : s.key_len; };
  return calls<T, P>(
      out, lse, dout, [&](std::size_t part) { return apart<const T>(x[part], s, length(part)); },
      [&](std::size_t part) { return apart<T>(dx[part], s, length(part)); }, s);
}

void check_queries(const AttentionShape& s, Order order) {
  const Dim size = s.rows * s.query_len * s.heads * s.head_dim;
  const Dim keys = s.rows * s.key_len * s.heads * s.head_dim;
  const Dim queries = s.rows * s.heads * s.query_len;
  auto q = bf16_normal(size, 1), k = bf16_normal(keys, 2), v = bf16_normal(keys, 3);
  const auto dout = bf16_normal(size, 4);
  std::vector<double> out(size), lse(queries), dq(size), dk(keys), dv(keys);
  const auto plain_calls =
      calls_apart<double, double>(out.data(), lse.data(), {q.data(), k.data(), v.data()},
                                  {dq.data(), dk.data(), dv.data()}, dout.data(), s);
  plain::run(plain_calls.forward);
  plain::run(plain_calls.backward);

  Array<Bf16> gq(q), gk(k), gv(v), gdout(dout), gout(size), gdq(size), gdk(keys), gdv(keys);
  Array<float> glse(queries);
  const auto gpu_calls =
      calls_apart<Bf16, float>(gout.data(), glse.data(), {gq.data(), gk.data(), gv.data()},
                               {gdq.data(), gdk.data(), gdv.data()}, gdout.data(), s);
  const Index blocks = blocks_for(queries, kAttentionWarps);
  launch(order, blocks, kThreads, attention_forward, gpu_calls.forward);
  launch(order, blocks, kThreads, attention_query_gradient, gpu_calls.backward);
  launch(order, blocks_for(s.rows * s.heads * s.key_len, kAttentionWarps), kThreads,
         attention_key_gradient, gpu_calls.backward);
  EXPECT_LT(distance(gout.values(), out), kRounding);
  EXPECT_LT(distance(glse.values(), lse), 1e-5);
  EXPECT_LT(distance(gdq.values(), dq), 2 * kRounding);
  EXPECT_LT(distance(gdk.values(), dk), 2 * kRounding);
  EXPECT_LT(distance(gdv.values(), dv), 2 * kRounding);
  EXPECT_TRUE(gout.fences_intact() && glse.fences_intact() && gdq.fences_intact() &&
              gdk.fences_intact() && gdv.fences_intact());
}

/// A step for rows at these positions, in a cache with one more row.
void check_step(const std::vector<std::int32_t>& positions, Dim heads, Dim head_dim, Order order) {
  const Dim n = std::ssize(positions), width = heads * head_dim, length = 101;
  std::vector<std::int32_t> rows;
  for (Dim i = n; i > 0; --i) rows.push_back(static_cast<std::int32_t>(i));
  auto cache = bf16_normal((n + 1) * length * 2 * width, 1);
  const auto qkv = bf16_normal(n * 3 * width, 2);
  std::vector<double> out(n * width), lse(n * heads);
  Array<Bf16> gcache(cache), gqkv(qkv), gout(n * width);
  Array<float> glse(n * heads);
  plain::run(AttentionStepOf<double, double>{out.data(), lse.data(), cache.data(), qkv.data(),
                                             rows.data(), positions.data(), n, length, heads,
                                             head_dim, 0.3f});
  const AttentionStepOf<Bf16, float> op{
      gout, glse, gcache, gqkv, rows.data(), positions.data(), n, length, heads, head_dim, 0.3f};
  launch(order, blocks_for(n * heads, 1), kStepWarps * kLanes, attention_step, op);
  EXPECT_LT(distance(gout.values(), out), kRounding);
  EXPECT_LT(distance(glse.values(), lse), 1e-5);
  EXPECT_EQ(gcache.values(), cache);
  EXPECT_TRUE(gout.fences_intact() && glse.fences_intact() && gcache.fences_intact());
}

// Covers fewer keys than warps, more than all warps load together, and a cache that becomes full.
TEST(AttentionKernel, AStepAgreesWithPlain) {
  for (const Order order : kOrders) {
    check_step({0, 2, 70, 100}, 2, 40, order);
    check_step({64}, 1, 200, order);
  }
}

TEST(AttentionKernel, AgreesWithPlain) {
  for (const Order order : kOrders) {
    check(self_attention(1, 1, 1, 8, 0.5f), order);
    check(self_attention(2, 9, 3, 16, 0.35f), order);
    check(self_attention(1, 33, 2, 64, 0.125f / 3), order);
    check(self_attention(1, 5, 1, 200, 0.1f), order);
  }
}

TEST(AttentionKernel, WithFewerQueriesThanKeysAgreesWithPlain) {
  for (const Order order : kOrders) {
    check_queries({1, 1, 9, 2, 8, 0.35f}, order);
    check_queries({2, 5, 12, 3, 40, 0.2f}, order);
  }
}

}  // namespace
}  // namespace amt::gpu
