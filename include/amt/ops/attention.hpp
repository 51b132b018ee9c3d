// Causal attention and its gradient. Restricted to C++17.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "amt/ops/types.hpp"

namespace amt {

/// The queries are the last query_len of a row's key_len positions: query t attends to the keys up
/// to first_query() + t. In training all positions are queries; in generation the keys and values
/// of earlier positions come from a cache.
struct AttentionShape {
  Dim rows = 0;
  Dim query_len = 0, key_len = 0;  ///< 1 <= query_len <= key_len
  Dim heads = 0, head_dim = 0;
  float scale = 1;  ///< multiplies q.k: 1 / sqrt(head_dim) x the layer's factor
  constexpr Dim first_query() const { return key_len - query_len; }
};

/// Returns the shape for whole rows, in which every position is a query.
constexpr AttentionShape self_attention(Dim rows, Dim length, Dim heads, Dim head_dim,
                                        float scale) {
  return {rows, length, length, heads, head_dim, scale};
}

/// Queries, keys or values: channel c of a head at position t of a row is data[at(...) + c].
template <class A>
struct HeadsOf {
  A* data = nullptr;
  Dim first = 0;       ///< elements from `data` to the first row's first head
  Dim row_stride = 0;  ///< elements from row to row
  Dim stride = 0;      ///< elements from position to position; heads are contiguous
  constexpr Dim at(Dim row, Dim t, Dim head, Dim head_dim) const {
    return first + row * row_stride + t * stride + head * head_dim;
  }
};

/// Returns q (part 0), k (1) or v (2) within qkv [rows, length, 3, heads, head_dim], the projection
/// of whole rows.
template <class A>
constexpr HeadsOf<A> packed_heads(A* qkv, const AttentionShape& s, Dim part) {
  const Dim width = s.heads * s.head_dim;
  return {qkv, part * width, s.key_len * 3 * width, 3 * width};
}

/// out [rows, query_len, heads, head_dim]; lse [rows, heads, query_len]: log of the sum of exp of
/// the scaled scores. A is the type of activations, P that of lse.
template <class A, class P>
struct AttentionForwardOf {
  static constexpr const char* kName = "attention";
  A* out;
  P* lse;
  HeadsOf<const A> q;     ///< [rows, query_len]
  HeadsOf<const A> k, v;  ///< [rows, key_len]
  AttentionShape shape;
};
using AttentionForward = AttentionForwardOf<Activation, float>;

/// dq, dk and dv are overwritten with the gradients.
template <class A, class P>
struct AttentionBackwardOf {
  static constexpr const char* kName = "attention backward";
  HeadsOf<A> dq, dk, dv;
  const A* dout;
  const A* out;  ///< out and lse come from the forward call
  const P* lse;
  HeadsOf<const A> q, k, v;
  AttentionShape shape;
};
using AttentionBackward = AttentionBackwardOf<Activation, float>;

namespace plain {

template <class A>
double dot(const A* a, const A* b, Dim n) {
  double sum = 0;
  for (Dim c = 0; c < n; ++c) sum += double(a[c]) * double(b[c]);
  return sum;
}

/// Computes one query: out = sum of p_k v_k over the keys that it attends to, p = softmax of scale
/// q.k.
template <class A, class P>
void attend(const AttentionForwardOf<A, P>& op, Dim row, Dim t, Dim head) {
  const AttentionShape& s = op.shape;
  const Dim keys = s.first_query() + t + 1;
  const A* q = op.q.data + op.q.at(row, t, head, s.head_dim);
  std::vector<double> score(keys);
  double largest = -INFINITY, sum = 0;
  for (Dim k = 0; k < keys; ++k) {
    score[k] = s.scale * dot(q, op.k.data + op.k.at(row, k, head, s.head_dim), s.head_dim);
    largest = std::max(largest, score[k]);
  }
  for (Dim k = 0; k < keys; ++k) sum += std::exp(score[k] - largest);
  const double log_sum = largest + std::log(sum);
  A* out = op.out + ((row * s.query_len + t) * s.heads + head) * s.head_dim;
  for (Dim c = 0; c < s.head_dim; ++c) {
    double value = 0;
    for (Dim k = 0; k < keys; ++k) {
      value += std::exp(score[k] - log_sum) * op.v.data[op.v.at(row, k, head, s.head_dim) + c];
    }
    out[c] = A(value);
  }
  op.lse[(row * s.heads + head) * s.query_len + t] = P(log_sum);
}

template <class A, class P>
void run(const AttentionForwardOf<A, P>& op) {
  for (Dim row = 0; row < op.shape.rows; ++row) {
    for (Dim t = 0; t < op.shape.query_len; ++t) {
      for (Dim head = 0; head < op.shape.heads; ++head) attend(op, row, t, head);
    }
  }
}

/// Adds one query's part of the gradient: with dp_k = dout.v_k and ds_k = p_k (dp_k - dout.out)
/// scale, dq += ds_k k_k, dk_k += ds_k q, dv_k += p_k dout.
template <class A, class P>
void attend_backward(const AttentionBackwardOf<A, P>& op, Dim row, Dim t, Dim head) {
  const AttentionShape& s = op.shape;
  const Dim at = ((row * s.query_len + t) * s.heads + head) * s.head_dim;
  const A* dout = op.dout + at;
  const A* q = op.q.data + op.q.at(row, t, head, s.head_dim);
  A* dq = op.dq.data + op.dq.at(row, t, head, s.head_dim);
  const double lse = op.lse[(row * s.heads + head) * s.query_len + t];
  const double mean = dot(dout, op.out + at, s.head_dim);
  for (Dim key = 0; key <= s.first_query() + t; ++key) {
    const A* k = op.k.data + op.k.at(row, key, head, s.head_dim);
    const A* v = op.v.data + op.v.at(row, key, head, s.head_dim);
    A* dk = op.dk.data + op.dk.at(row, key, head, s.head_dim);
    A* dv = op.dv.data + op.dv.at(row, key, head, s.head_dim);
    const double p = std::exp(s.scale * dot(q, k, s.head_dim) - lse);
    const double ds = p * (dot(dout, v, s.head_dim) - mean) * s.scale;
    for (Dim c = 0; c < s.head_dim; ++c) {
      dq[c] += A(ds * k[c]);
      dk[c] += A(ds * q[c]);
      dv[c] += A(p * dout[c]);
    }
  }
}

template <class A>
void clear(const HeadsOf<A>& heads, const AttentionShape& s, Dim length) {
  for (Dim row = 0; row < s.rows; ++row) {
    for (Dim t = 0; t < length; ++t) {
      A* position = heads.data + heads.at(row, t, 0, s.head_dim);
      std::fill(position, position + s.heads * s.head_dim, A(0));
    }
  }
}

template <class A, class P>
void run(const AttentionBackwardOf<A, P>& op) {
  clear(op.dq, op.shape, op.shape.query_len);
  clear(op.dk, op.shape, op.shape.key_len);
  clear(op.dv, op.shape, op.shape.key_len);
  for (Dim row = 0; row < op.shape.rows; ++row) {
    for (Dim t = 0; t < op.shape.query_len; ++t) {
      for (Dim head = 0; head < op.shape.heads; ++head) attend_backward(op, row, t, head);
    }
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const AttentionForwardOf<T, float>& op);
template <class T>
void run(Context<T>& cpu, const AttentionBackwardOf<T, float>& op);
}  // namespace cpu

namespace cuda {
void run(Context& gpu, const AttentionForward& op);
void run(Context& gpu, const AttentionBackward& op);
}  // namespace cuda

}  // namespace amt
