// Causal attention by blocks of queries: each thread's scratch memory holds the scores of only one
// block, for all keys up to its last query. As in FlashAttention (arXiv 2205.14135), the backward
// pass recomputes the probabilities from the log-sum-exp.
#include "amt/ops/attention.hpp"

#include "base/instruction_sets.hpp"

/// Scales scores[0, count) by `scale`, replaces them by exp(score - largest), and zeroes [count,
/// end). Stores the sum in *sum and returns the largest scaled score.
AMT_KERNEL(float, exp_row,
           (float* scores, float* sum, float scale, std::int64_t count, std::int64_t end));
/// In [0, count), replaces p, the score, by exp(scale score - lse), and dp by p (dp - mean) scale;
/// sets both to 0 in [count, end).
AMT_KERNEL(void, score_gradient_row,
           (float* p, float* dp, float lse, float mean, float scale, std::int64_t count,
            std::int64_t end));
AMT_KERNEL(void, scale_row, (float* x, float factor, std::int64_t n));
AMT_KERNEL(float, dot_row, (const float* a, const float* b, std::int64_t n));

#ifdef AMT_ISA

#include "base/math.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

inline void clear(float* x, std::int64_t begin, std::int64_t end) {
  for (std::int64_t k = begin; k < end; ++k) x[k] = 0;
}

}  // namespace

float exp_row(float* scores, float* sum, float scale, std::int64_t count, std::int64_t end) {
  const float largest = scale * largest_of(scores, count);
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t k = 0; k < count; ++k) {
    const float e = exp_fast(scale * scores[k] - largest);
    scores[k] = e;
    total += e;
  }
  clear(scores, count, end);
  *sum = total;
  return largest;
}

void score_gradient_row(float* p, float* dp, float lse, float mean, float scale, std::int64_t count,
                        std::int64_t end) {
#pragma omp simd
  for (std::int64_t k = 0; k < count; ++k) {
    p[k] = exp_fast(scale * p[k] - lse);
    dp[k] = p[k] * (dp[k] - mean) * scale;
  }
  clear(p, count, end);
  clear(dp, count, end);
}

void scale_row(float* x, float factor, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) x[i] *= factor;
}

float dot_row(const float* a, const float* b, std::int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "amt/gemm/gemm.hpp"
#include "base/context.hpp"
#include "base/parallel.hpp"
#include "one_query.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kQueries = 64;  // per block

/// One head of one row.
struct Head {
  const AttentionShape& s;
  Dim row, head;

  Dim width() const { return s.heads * s.head_dim; }
  template <class T>
  T* at(const HeadsOf<T>& heads, Dim t) const {
    return heads.data + heads.at(row, t, head, s.head_dim);
  }
  /// Returns the offset of query t in out.
  Dim out(Dim t) const { return (row * s.query_len + t) * width() + head * s.head_dim; }
  Dim lse(Dim t) const { return (row * s.heads + head) * s.query_len + t; }
};

/// Queries [begin, end) and the keys that they attend to, [0, keys).
struct Block {
  Block(const AttentionShape& s, Dim number)
      : begin(number * kQueries),
        end(std::min(s.query_len, begin + kQueries)),
        keys(s.first_query() + end) {}
  Dim queries() const { return end - begin; }
  Dim begin, end, keys;
};
Dim blocks_of(const AttentionShape& s) { return (s.query_len + kQueries - 1) / kQueries; }

/// One thread's part of the scratch memory: two blocks of scores, as floats and as operands of
/// products, and one head's gradients of k and v, [key_len, head_dim] each.
class Scratch {
 public:
  Scratch(float* scratch, const AttentionShape& s)
      : block_(kQueries * s.key_len),
        head_(s.key_len * s.head_dim),
        base_(scratch + omp_get_thread_num() * floats(s)) {}
  static Dim floats(const AttentionShape& s) {
    return 3 * kQueries * s.key_len + 2 * s.key_len * s.head_dim;
  }
  float* scores(int which) const { return base_ + which * block_; }
  float* dk() const { return base_ + 3 * block_; }
  float* dv() const { return dk() + head_; }

  /// Returns the first `count` of scores(which) as operands for products with activations of type
  /// T.
  const float* operand(const float*, int which, Dim) const { return scores(which); }
  const Bf16* operand(const Bf16*, int which, Dim count) const {
    Bf16* narrow = reinterpret_cast<Bf16*>(base_ + 2 * block_) + which * block_;
    to_bf16(narrow, scores(which), count);
    return narrow;
  }

 private:
  Dim block_, head_;
  float* base_;
};

/// scores [queries, keys] = q k^T.
template <class T>
void block_scores(float* scores, const HeadsOf<const T>& q, const HeadsOf<const T>& k,
                  const Head& h, const Block& b) {
  gemm(scores, b.keys, b.queries(), b.keys, h.s.head_dim, matrix(h.at(q, b.begin), q.stride),
       transposed(h.at(k, 0), k.stride));
}

template <class T>
void forward_block(const Scratch& scratch, const AttentionForwardOf<T, float>& op, const Head& h,
                   const Block& b) {
  float* p = scratch.scores(0);
  block_scores(p, op.q, op.k, h, b);
  for (Dim t = b.begin; t < b.end; ++t) {
    const Dim seen = h.s.first_query() + t + 1;
    float* row = p + (t - b.begin) * b.keys;
    float sum = 0;
    const float largest = exp_row(row, &sum, h.s.scale, seen, b.keys);
    op.lse[h.lse(t)] = largest + std::log(sum);
    scale_row(row, 1 / sum, seen);
  }
  gemm(op.out + h.out(b.begin), h.width(), b.queries(), h.s.head_dim, b.keys,
       matrix(scratch.operand(op.q.data, 0, b.queries() * b.keys), b.keys),
       matrix(h.at(op.v, 0), op.v.stride));
}

/// Computes one query. The result does not depend on the number of queries.
template <class T>
void forward_query(const Scratch& scratch, const AttentionForwardOf<T, float>& op, const Head& h,
                   Dim t) {
  const Dim seen = h.s.first_query() + t + 1, dim = h.s.head_dim;
  float* const p = scratch.scores(0);
  query_scores(p, h.at(op.q, t), h.at(op.k, 0), op.k.stride, seen, dim);
  float sum = 0;
  const float largest = exp_row(p, &sum, h.s.scale, seen, seen);
  op.lse[h.lse(t)] = largest + std::log(sum);
  scale_row(p, 1 / sum, seen);
  float* const out = begin_row(op.out + h.out(t), 1, dim);
  weighted_values(out, p, h.at(op.v, 0), op.v.stride, seen, dim);
  store_row(op.out + h.out(t), out, dim);
}

template <class T>
void run_few(Context<T>& cpu, const AttentionForwardOf<T, float>& op) {
  const AttentionShape& s = op.shape;
  float* scratch = cpu.scratch(cpu.threads() * Scratch::floats(s));
  parallel_for(cpu.threads(), s.rows * s.heads * s.query_len, [&](Dim i) {
    const Head h{s, i / s.heads % s.rows, i % s.heads};
    forward_query(Scratch(scratch, s), op, h, i / (s.heads * s.rows));
  });
}

/// Replaces scores 0 and 1 of the scratch memory, [queries, keys] of one block, by p, the
/// probabilities, and ds, the gradient of q.k.
template <class T>
void block_gradients(const Scratch& scratch, const AttentionBackwardOf<T, float>& op, const Head& h,
                     const Block& b) {
  const Dim dim = h.s.head_dim;
  float *p = scratch.scores(0), *ds = scratch.scores(1);
  block_scores(p, op.q, op.k, h, b);
  gemm(ds, b.keys, b.queries(), b.keys, dim, matrix(op.dout + h.out(b.begin), h.width()),
       transposed(h.at(op.v, 0), op.v.stride));
  for (Dim t = b.begin; t < b.end; ++t) {
    const float mean =
        dot_row(read_row(op.dout + h.out(t), 0, dim), read_row(op.out + h.out(t), 1, dim), dim);
    const Dim at = (t - b.begin) * b.keys;
    score_gradient_row(p + at, ds + at, op.lse[h.lse(t)], mean, h.s.scale,
                       h.s.first_query() + t + 1, b.keys);
  }
}

/// Writes the block's dq, and adds its part to dk and dv in the scratch memory, or sets them.
template <class T>
void backward_block(const Scratch& scratch, const AttentionBackwardOf<T, float>& op, const Head& h,
                    const Block& b, Write write) {
  const Dim dim = h.s.head_dim, size = b.queries() * b.keys;
  block_gradients(scratch, op, h, b);
  const T* p = scratch.operand(op.q.data, 0, size);
  const T* ds = scratch.operand(op.q.data, 1, size);
  gemm(h.at(op.dq, b.begin), op.dq.stride, b.queries(), dim, b.keys, matrix(ds, b.keys),
       matrix(h.at(op.k, 0), op.k.stride));
  gemm(scratch.dk(), dim, b.keys, dim, b.queries(), transposed(ds, b.keys),
       matrix(h.at(op.q, b.begin), op.q.stride), write);
  gemm(scratch.dv(), dim, b.keys, dim, b.queries(), transposed(p, b.keys),
       matrix(op.dout + h.out(b.begin), h.width()), write);
}

/// Copies x [key_len, head_dim] to the head's place in `to`.
template <class T>
void store_head(const HeadsOf<T>& to, const float* x, const Head& h) {
  for (Dim t = 0; t < h.s.key_len; ++t) {
    copy_row(h.at(to, t), x + t * h.s.head_dim, h.s.head_dim);
  }
}

}  // namespace

template <class T>
void run(Context<T>& cpu, const AttentionForwardOf<T, float>& op) {
  const AttentionShape& s = op.shape;
  if (s.query_len <= kFewRows) return run_few(cpu, op);
  float* scratch = cpu.scratch(cpu.threads() * Scratch::floats(s));
  const Dim blocks = blocks_of(s);
  parallel_for_uneven(cpu.threads(), s.rows * s.heads * blocks, [&](Dim i) {
    const Dim block = blocks - 1 - i / (s.rows * s.heads);  // the largest blocks first
    const Head h{s, i / s.heads % s.rows, i % s.heads};
    forward_block(Scratch(scratch, s), op, h, Block(s, block));
  });
}

// The last block is processed first because it reaches every key: it sets dk and dv, and the others
// add to them.
template <class T>
void run(Context<T>& cpu, const AttentionBackwardOf<T, float>& op) {
  const AttentionShape& s = op.shape;
  float* scratch = cpu.scratch(cpu.threads() * Scratch::floats(s));
  const Dim last = blocks_of(s) - 1;
  parallel_for_uneven(cpu.threads(), s.rows * s.heads, [&](Dim i) {
    const Head h{s, i / s.heads, i % s.heads};
    const Scratch mine(scratch, s);
    for (Dim block = last; block >= 0; --block) {
      backward_block(mine, op, h, Block(s, block), block == last ? Write::kOverwrite : Write::kAdd);
    }
    store_head(op.dk, mine.dk(), h);
    store_head(op.dv, mine.dv(), h);
  });
}

template void run(Context<float>&, const AttentionForwardOf<float, float>&);
template void run(Context<Bf16>&, const AttentionForwardOf<Bf16, float>&);
template void run(Context<float>&, const AttentionBackwardOf<float, float>&);
template void run(Context<Bf16>&, const AttentionBackwardOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
