// Causal attention on packed QKV: the plain code that specifies the calls of Ops. A is the type of
// activations, P of the statistics; both float or double.
#pragma once

#include <cmath>
#include <vector>

#include "amt/ops/ops.hpp"

namespace amt::plain {

/// Element offset of channel 0 of q (part 0), k (1) or v (2) in qkv [rows, seq_len, 3, heads,
/// head_dim].
inline Dim qkv_offset(const AttentionShape& s, Dim row, Dim t, Dim part, Dim head) {
  return (((row * s.seq_len + t) * 3 + part) * s.heads + head) * s.head_dim;
}

template <class A>
double dot(const A* a, const A* b, Dim n) {
  double sum = 0;
  for (Dim c = 0; c < n; ++c) sum += double(a[c]) * double(b[c]);
  return sum;
}

/// One query: out = sum of p_k v_k over keys k <= t, p = softmax of scale q.k.
template <class A, class P>
void attend(A* out, P* lse, const A* qkv, const AttentionShape& s, Dim row, Dim t, Dim head) {
  const A* q = qkv + qkv_offset(s, row, t, 0, head);
  std::vector<double> score(static_cast<std::size_t>(t + 1));
  double largest = -INFINITY, sum = 0;
  for (Dim k = 0; k <= t; ++k) {
    score[k] = s.scale * dot(q, qkv + qkv_offset(s, row, k, 1, head), s.head_dim);
    largest = std::max(largest, score[k]);
  }
  for (Dim k = 0; k <= t; ++k) sum += std::exp(score[k] - largest);
  const double log_sum = largest + std::log(sum);
  for (Dim c = 0; c < s.head_dim; ++c) {
    double value = 0;
    for (Dim k = 0; k <= t; ++k) {
      value += std::exp(score[k] - log_sum) * qkv[qkv_offset(s, row, k, 2, head) + c];
    }
    out[c] = A(value);
  }
  *lse = P(log_sum);
}

template <class A, class P>
void attention_forward(A* out, P* lse, const A* qkv, const AttentionShape& s) {
  for (Dim row = 0; row < s.rows; ++row) {
    for (Dim t = 0; t < s.seq_len; ++t) {
      for (Dim head = 0; head < s.heads; ++head) {
        attend(out + ((row * s.seq_len + t) * s.heads + head) * s.head_dim,
               lse + (row * s.heads + head) * s.seq_len + t, qkv, s, row, t, head);
      }
    }
  }
}

/// One query's part of the gradient, added to dqkv: with dp_k = dout.v_k and ds_k = p_k (dp_k -
/// dout.out) scale, dq += ds_k k_k, dk_k += ds_k q, dv_k += p_k dout.
template <class A, class P>
void attend_backward(A* dqkv, const A* dout, const A* out, P lse, const A* qkv,
                     const AttentionShape& s, Dim row, Dim t, Dim head) {
  const Dim q = qkv_offset(s, row, t, 0, head);
  const double mean = dot(dout, out, s.head_dim);
  for (Dim at = 0; at <= t; ++at) {
    const Dim k = qkv_offset(s, row, at, 1, head), v = qkv_offset(s, row, at, 2, head);
    const double p = std::exp(s.scale * dot(qkv + q, qkv + k, s.head_dim) - lse);
    const double ds = p * (dot(dout, qkv + v, s.head_dim) - mean) * s.scale;
    for (Dim c = 0; c < s.head_dim; ++c) {
      dqkv[q + c] += A(ds * qkv[k + c]);
      dqkv[k + c] += A(ds * qkv[q + c]);
      dqkv[v + c] += A(p * dout[c]);
    }
  }
}

template <class A, class P>
void attention_backward(A* dqkv, const A* dout, const A* out, const P* lse, const A* qkv,
                        const AttentionShape& s) {
  const Dim n = s.rows * s.seq_len, width = s.heads * s.head_dim;
  for (Dim i = 0; i < 3 * n * width; ++i) dqkv[i] = 0;
  for (Dim i = 0; i < n; ++i) {
    const Dim row = i / s.seq_len, t = i % s.seq_len;
    for (Dim head = 0; head < s.heads; ++head) {
      const Dim at = i * width + head * s.head_dim;
      attend_backward(dqkv, dout + at, out + at, lse[(row * s.heads + head) * s.seq_len + t], qkv,
                      s, row, t, head);
    }
  }
}

}  // namespace amt::plain
