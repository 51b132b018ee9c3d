// Causal attention by blocks of queries: a block's scores against all keys up to its last query
// live in one thread's scratch, and never more of them. As in FlashAttention (arXiv 2205.14135),
// the backward pass makes the probabilities again from the log-sum-exp.
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "parallel.hpp"
#include "rows.hpp"

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

/// One thread's part of the scratch: two blocks of scores as floats and as operands of products,
/// and one head's gradients of k and v, [seq_len, head_dim] each.
class Scratch {
 public:
  Scratch(float* scratch, const AttentionShape& s)
      : block_(kQueries * s.seq_len),
        head_(s.seq_len * s.head_dim),
        base_(scratch + omp_get_thread_num() * floats(s)) {}
  static Dim floats(const AttentionShape& s) {
    return 3 * kQueries * s.seq_len + 2 * s.seq_len * s.head_dim;
  }
  float* scores(int which) const { return base_ + which * block_; }
  float* dk() const { return base_ + 3 * block_; }
  float* dv() const { return dk() + head_; }

  /// scores(which), `count` of them, as what a product of activations of type T takes.
  const float* operand(const float*, int which, Dim) const { return scores(which); }
  const Bf16* operand(const Bf16*, int which, Dim count) const {
    Bf16* narrow = reinterpret_cast<Bf16*>(base_ + 2 * block_) + which * block_;
    kernels().to_bf16(narrow, scores(which), count);
    return narrow;
  }

 private:
  Dim block_, head_;
  float* base_;
};

/// scores [queries, keys] = q k^T for the queries from `begin`.
template <class T>
void block_scores(float* scores, const T* qkv, const Head& h, Dim begin, Dim queries, Dim keys) {
  gemm(scores, keys, queries, keys, h.s.head_dim, matrix(qkv + h.qkv(begin, 0), h.qkv_stride()),
       transposed(qkv + h.qkv(0, 1), h.qkv_stride()));
}

template <class T>
void forward_block(const Scratch& scratch, T* out, float* lse, const T* qkv, const Head& h,
                   Dim begin, Dim end) {
  const Kernels& k = kernels();
  const Dim queries = end - begin;
  float* p = scratch.scores(0);
  block_scores(p, qkv, h, begin, queries, end);
  for (Dim t = begin; t < end; ++t) {
    float* row = p + (t - begin) * end;
    float sum = 0;
    const float largest = k.exp_row(row, &sum, h.s.scale, t + 1, end);
    lse[h.lse(t)] = largest + std::log(sum);
    k.scale(row, 1 / sum, t + 1);
  }
  gemm(out + h.out(begin), h.width(), queries, h.s.head_dim, end,
       matrix(scratch.operand(qkv, 0, queries * end), end),
       matrix(qkv + h.qkv(0, 2), h.qkv_stride()));
}

/// Scores 0 and 1 of the scratch, [queries, keys] of one block, become p, the probabilities, and
/// ds, the gradient of q.k.
template <class T>
void block_gradients(const Scratch& scratch, const T* dout, const T* out, const float* lse,
                     const T* qkv, const Head& h, Dim begin, Dim end) {
  const Kernels& k = kernels();
  float *p = scratch.scores(0), *ds = scratch.scores(1);
  block_scores(p, qkv, h, begin, end - begin, end);
  gemm(ds, end, end - begin, end, h.s.head_dim, matrix(dout + h.out(begin), h.width()),
       transposed(qkv + h.qkv(0, 2), h.qkv_stride()));
  for (Dim t = begin; t < end; ++t) {
    const float mean = k.dot(read_row(dout + h.out(t), 0, h.s.head_dim),
                             read_row(out + h.out(t), 1, h.s.head_dim), h.s.head_dim);
    const Dim at = (t - begin) * end;
    k.attention_gradient(p + at, ds + at, lse[h.lse(t)], mean, h.s.scale, t + 1, end);
  }
}

/// Writes the block's dq and adds its part of the scratch's dk and dv, or begins them.
template <class T>
void backward_block(const Scratch& scratch, T* dqkv, const T* dout, const T* out, const float* lse,
                    const T* qkv, const Head& h, Dim begin, Dim end, Write write) {
  const Dim queries = end - begin, dim = h.s.head_dim, stride = h.qkv_stride();
  block_gradients(scratch, dout, out, lse, qkv, h, begin, end);
  const T* p = scratch.operand(qkv, 0, queries * end);
  const T* ds = scratch.operand(qkv, 1, queries * end);
  gemm(dqkv + h.qkv(begin, 0), stride, queries, dim, end, matrix(ds, end),
       matrix(qkv + h.qkv(0, 1), stride));
  gemm(scratch.dk(), dim, end, dim, queries, transposed(ds, end),
       matrix(qkv + h.qkv(begin, 0), stride), write);
  gemm(scratch.dv(), dim, end, dim, queries, transposed(p, end),
       matrix(dout + h.out(begin), h.width()), write);
}

/// x [seq_len, head_dim] to its place in dqkv.
template <class T>
void store_head(T* dqkv, const float* x, const Head& h, Dim part) {
  for (Dim t = 0; t < h.s.seq_len; ++t) {
    copy_row(dqkv + h.qkv(t, part), x + t * h.s.head_dim, h.s.head_dim);
  }
}

}  // namespace

Dim attention_scratch(int threads, const AttentionShape& s) { return threads * Scratch::floats(s); }

template <class T>
void attention_forward(int threads, float* scratch, T* out, float* lse, const T* qkv,
                       const AttentionShape& s) {
  const Dim blocks = (s.seq_len + kQueries - 1) / kQueries;
  parallel_for_uneven(threads, s.rows * s.heads * blocks, [&](Dim i) {
    const Dim block = blocks - 1 - i / (s.rows * s.heads);  // the longest first
    const Head h{s, i / s.heads % s.rows, i % s.heads};
    const Dim begin = block * kQueries, end = std::min(s.seq_len, begin + kQueries);
    forward_block(Scratch(scratch, s), out, lse, qkv, h, begin, end);
  });
}

// The last block comes first because it reaches every key: it begins dk and dv, the others add.
template <class T>
void attention_backward(int threads, float* scratch, T* dqkv, const T* dout, const T* out,
                        const float* lse, const T* qkv, const AttentionShape& s) {
  const Dim last = (s.seq_len - 1) / kQueries;
  parallel_for_uneven(threads, s.rows * s.heads, [&](Dim i) {
    const Head h{s, i / s.heads, i % s.heads};
    const Scratch mine(scratch, s);
    for (Dim block = last; block >= 0; --block) {
      const Dim begin = block * kQueries, end = std::min(s.seq_len, begin + kQueries);
      backward_block(mine, dqkv, dout, out, lse, qkv, h, begin, end,
                     block == last ? Write::kOverwrite : Write::kAdd);
    }
    store_head(dqkv, mine.dk(), h, 1);
    store_head(dqkv, mine.dv(), h, 2);
  });
}

template void attention_forward(int, float*, float*, float*, const float*, const AttentionShape&);
template void attention_forward(int, float*, Bf16*, float*, const Bf16*, const AttentionShape&);
template void attention_backward(int, float*, float*, const float*, const float*, const float*,
                                 const float*, const AttentionShape&);
template void attention_backward(int, float*, Bf16*, const Bf16*, const Bf16*, const float*,
                                 const Bf16*, const AttentionShape&);

}  // namespace amt::cpu
