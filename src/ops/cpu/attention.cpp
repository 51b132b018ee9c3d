// Causal attention by blocks of queries: a block's scores against all keys up to its last query
// live in one thread's scratch, and never more of them. As in FlashAttention (arXiv 2205.14135),
// the backward pass makes the probabilities again from the log-sum-exp.
#include <omp.h>

#include <cmath>

#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "parallel.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kQueries = 64;  // queries in a block

/// Where one head of one row lies, and the strides between its positions.
struct Head {
  const AttentionShape& s;
  Dim row, head;

  Dim width() const { return s.heads * s.head_dim; }
  Dim qkv_stride() const { return 3 * width(); }
  /// Offset of position t in qkv; part 0, 1, 2 is q, k, v.
  Dim qkv(Dim t, Dim part) const {
    return (row * s.seq_len + t) * qkv_stride() + part * width() + head * s.head_dim;
  }
  Dim out(Dim t) const { return (row * s.seq_len + t) * width() + head * s.head_dim; }
  Dim lse(Dim t) const { return (row * s.heads + head) * s.seq_len + t; }
};

float* scratch_of_thread(float* scratch, const AttentionShape& s) {
  return scratch + omp_get_thread_num() * 2 * kQueries * s.seq_len;
}

/// scores [queries, keys] = scale q k^T for the queries from `begin`.
void block_scores(float* scores, const float* qkv, const Head& h, Dim begin, Dim queries,
                  Dim keys) {
  gemm(scores, keys, queries, keys, h.s.head_dim, {qkv + h.qkv(begin, 0), h.qkv_stride()},
       transposed(qkv + h.qkv(0, 1), h.qkv_stride()), h.s.scale);
}

void forward_block(float* scores, float* out, float* lse, const float* qkv, const Head& h,
                   Dim begin, Dim end) {
  const Kernels& k = kernels();
  float sums[kQueries];
  block_scores(scores, qkv, h, begin, end - begin, end);
  for (Dim t = begin; t < end; ++t) {
    float* sum = &sums[t - begin];
    const float largest = k.exp_row(scores + (t - begin) * end, sum, t + 1, end);
    lse[h.lse(t)] = largest + std::log(*sum);
  }
  gemm(out + h.out(begin), h.width(), end - begin, h.s.head_dim, end, {scores, end},
       {qkv + h.qkv(0, 2), h.qkv_stride()});
  for (Dim t = begin; t < end; ++t) k.scale(out + h.out(t), 1 / sums[t - begin], h.s.head_dim);
}

/// p and ds [queries, keys] of one block: probabilities, and the gradient of q.k.
void block_gradients(float* p, float* ds, const float* dout, const float* out, const float* lse,
                     const float* qkv, const Head& h, Dim begin, Dim end) {
  const Kernels& k = kernels();
  block_scores(p, qkv, h, begin, end - begin, end);
  gemm(ds, end, end - begin, end, h.s.head_dim, {dout + h.out(begin), h.width()},
       transposed(qkv + h.qkv(0, 2), h.qkv_stride()));
  for (Dim t = begin; t < end; ++t) {
    const float mean = k.dot(dout + h.out(t), out + h.out(t), h.s.head_dim);
    const Dim at = (t - begin) * end;
    k.attention_gradient(p + at, ds + at, lse[h.lse(t)], mean, h.s.scale, t + 1, end);
  }
}

/// Writes the block's dq and adds its part of all dk and dv; `first` overwrites them.
void backward_block(float* scratch, float* dqkv, const float* dout, const float* out,
                    const float* lse, const float* qkv, const Head& h, Dim begin, Dim end,
                    bool first) {
  const Dim queries = end - begin, dim = h.s.head_dim, stride = h.qkv_stride();
  float* p = scratch;
  float* ds = scratch + kQueries * h.s.seq_len;
  block_gradients(p, ds, dout, out, lse, qkv, h, begin, end);
  const float keep = first ? 0 : 1;
  gemm(dqkv + h.qkv(begin, 0), stride, queries, dim, end, {ds, end}, {qkv + h.qkv(0, 1), stride});
  gemm(dqkv + h.qkv(0, 1), stride, end, dim, queries, transposed(ds, end),
       {qkv + h.qkv(begin, 0), stride}, 1, keep);
  gemm(dqkv + h.qkv(0, 2), stride, end, dim, queries, transposed(p, end),
       {dout + h.out(begin), h.width()}, 1, keep);
}

}  // namespace

Dim attention_scratch(int threads, const AttentionShape& s) {
  return threads * 2 * kQueries * s.seq_len;
}

void attention_forward(int threads, float* scratch, float* out, float* lse, const float* qkv,
                       const AttentionShape& s) {
  const Dim blocks = (s.seq_len + kQueries - 1) / kQueries;
  parallel_for_uneven(threads, s.rows * s.heads * blocks, [&](Dim i) {
    const Dim block = blocks - 1 - i / (s.rows * s.heads);  // the longest first
    const Head h{s, i / s.heads % s.rows, i % s.heads};
    const Dim begin = block * kQueries, end = std::min(s.seq_len, begin + kQueries);
    forward_block(scratch_of_thread(scratch, s), out, lse, qkv, h, begin, end);
  });
}

// The last block comes first because it reaches every key: it writes dk and dv, the others add.
void attention_backward(int threads, float* scratch, float* dqkv, const float* dout,
                        const float* out, const float* lse, const float* qkv,
                        const AttentionShape& s) {
  const Dim last = (s.seq_len - 1) / kQueries;
  parallel_for_uneven(threads, s.rows * s.heads, [&](Dim i) {
    const Head h{s, i / s.heads, i % s.heads};
    for (Dim block = last; block >= 0; --block) {
      const Dim begin = block * kQueries, end = std::min(s.seq_len, begin + kQueries);
      backward_block(scratch_of_thread(scratch, s), dqkv, dout, out, lse, qkv, h, begin, end,
                     block == last);
    }
  });
}

}  // namespace amt::cpu
