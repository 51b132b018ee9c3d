// Causal attention without tensor cores: the reference for cuDNN's, and the fallback if cuDNN has
// no plan. One warp computes each query (or each key, for the gradients of k and v); its lanes
// divide the channels of the head.
#pragma once

#include "amt/kernels/head_parts.cuh"
#include "amt/ops/attention.hpp"

namespace amt::gpu {

constexpr int kAttentionWarps = 4;  // in a block

/// The work of one warp: query or key t of head `head` in row `row`.
struct AttentionPlace {
  Dim row, head, t;
};

/// Finds this warp's place among rows of `length` queries or keys; returns false if there is no
/// work for it.
__device__ inline bool attention_place(AttentionPlace& at, const AttentionShape& s, Dim length) {
  Dim i = Dim{blockIdx.x} * kAttentionWarps + threadIdx.x / kLanes;
  if (i >= s.rows * s.heads * length) return false;
  at.t = i % length;
  i /= length;
  at.head = i % s.heads;
  at.row = i / s.heads;
  return true;
}

/// Returns the head's channels at position t.
template <class T>
__device__ inline T* head_at(const HeadsOf<T>& heads, const AttentionShape& s,
                             const AttentionPlace& p, Dim t) {
  return heads.data + heads.at(p.row, t, p.head, s.head_dim);
}
/// Return the offsets of query t in out [rows, query_len, heads, head_dim] and in lse [rows, heads,
/// query_len].
__device__ inline Dim out_at(const AttentionShape& s, const AttentionPlace& p, Dim t) {
  return ((p.row * s.query_len + t) * s.heads + p.head) * s.head_dim;
}
__device__ inline Dim lse_at(const AttentionShape& s, const AttentionPlace& p, Dim t) {
  return (p.row * s.heads + p.head) * s.query_len + t;
}

using AttentionForward = AttentionForwardOf<Bf16, float>;
using AttentionBackward = AttentionBackwardOf<Bf16, float>;

/// Computes one query with an online softmax, so that no scores are stored.
__global__ void __launch_bounds__(kAttentionWarps* kLanes) attention_forward(AttentionForward op) {
  const AttentionShape& s = op.shape;
  AttentionPlace p;
  if (!attention_place(p, s, s.query_len)) return;
  float q[kHeadParts], key[kHeadParts], value[kHeadParts], sum[kHeadParts] = {};
  float largest = -INFINITY, total = 0;
  load_part(q, head_at(op.q, s, p, p.t), s.head_dim);
  for (Dim k = 0; k <= s.first_query() + p.t; ++k) {
    load_part(key, head_at(op.k, s, p, k), s.head_dim);
    load_part(value, head_at(op.v, s, p, k), s.head_dim);
    const float score = s.scale * dot_part(q, key);
    const float above = fmaxf(largest, score);
    const float keep = expf(largest - above), weight = expf(score - above);
    total = total * keep + weight;
    for (int c = 0; c < kHeadParts; ++c) sum[c] = sum[c] * keep + weight * value[c];
    largest = above;
  }
  for (int c = 0; c < kHeadParts; ++c) sum[c] /= total;
  store_part(op.out + out_at(s, p, p.t), sum, s.head_dim);
  if (threadIdx.x % kLanes == 0) op.lse[lse_at(s, p, p.t)] = largest + logf(total);
}

/// Computes the gradient of query t.
__global__ void __launch_bounds__(kAttentionWarps* kLanes)
    attention_query_gradient(AttentionBackward op) {
  const AttentionShape& s = op.shape;
  AttentionPlace p;
  if (!attention_place(p, s, s.query_len)) return;
  float q[kHeadParts], key[kHeadParts], value[kHeadParts], d[kHeadParts], o[kHeadParts];
  float dq[kHeadParts] = {};
  load_part(q, head_at(op.q, s, p, p.t), s.head_dim);
  load_part(d, op.dout + out_at(s, p, p.t), s.head_dim);
  load_part(o, op.out + out_at(s, p, p.t), s.head_dim);
  const float mean = dot_part(d, o), log_sum = op.lse[lse_at(s, p, p.t)];
  for (Dim k = 0; k <= s.first_query() + p.t; ++k) {
    load_part(key, head_at(op.k, s, p, k), s.head_dim);
    load_part(value, head_at(op.v, s, p, k), s.head_dim);
    const float probability = expf(s.scale * dot_part(q, key) - log_sum);
    const float ds = probability * (dot_part(d, value) - mean) * s.scale;
    for (int c = 0; c < kHeadParts; ++c) dq[c] += ds * key[c];
  }
  store_part(head_at(op.dq, s, p, p.t), dq, s.head_dim);
}

/// Computes the gradients of key and value t, from the queries that attend to them.
__global__ void __launch_bounds__(kAttentionWarps* kLanes)
    attention_key_gradient(AttentionBackward op) {
  const AttentionShape& s = op.shape;
  AttentionPlace p;
  if (!attention_place(p, s, s.key_len)) return;
  float q[kHeadParts], key[kHeadParts], value[kHeadParts], d[kHeadParts], o[kHeadParts];
  float dk[kHeadParts] = {}, dv[kHeadParts] = {};
  load_part(key, head_at(op.k, s, p, p.t), s.head_dim);
  load_part(value, head_at(op.v, s, p, p.t), s.head_dim);
  const Dim first = p.t > s.first_query() ? p.t - s.first_query() : 0;
  for (Dim t = first; t < s.query_len; ++t) {
    load_part(q, head_at(op.q, s, p, t), s.head_dim);
    load_part(d, op.dout + out_at(s, p, t), s.head_dim);
    load_part(o, op.out + out_at(s, p, t), s.head_dim);
    const float probability = expf(s.scale * dot_part(q, key) - op.lse[lse_at(s, p, t)]);
    const float ds = probability * (dot_part(d, value) - dot_part(d, o)) * s.scale;
    for (int c = 0; c < kHeadParts; ++c) {
      dk[c] += ds * q[c];
      dv[c] += probability * d[c];
    }
  }
  store_part(head_at(op.dk, s, p, p.t), dk, s.head_dim);
  store_part(head_at(op.dv, s, p, p.t), dv, s.head_dim);
}

}  // namespace amt::gpu
