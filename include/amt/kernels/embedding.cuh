// Token and position embedding, and its gradient without atomics.
#pragma once

#include "amt/kernels/common.cuh"
#include "amt/kernels/shapes.hpp"
#include "amt/ops/embedding.hpp"

namespace amt::gpu {

/// One warp per position.
__global__ void embedding_forward(EmbeddingForwardOf<Bf16, float> op, DropoutMask mask) {
  const Dim i = (Dim{blockIdx.x} * blockDim.x + threadIdx.x) / kLanes, width = op.width;
  if (i >= op.rows * op.length) return;
  const float* token = op.wte + op.tokens[i] * width;
  const float* position = op.wpe + op.position(i) * width;
  for (Dim pack = threadIdx.x % kLanes; pack < width / kPack; pack += kLanes) {
    float a[kPack], b[kPack];
    load(a, token + pack * kPack);
    load(b, position + pack * kPack);
    for (int c = 0; c < kPack; ++c) a[c] += b[c];
    apply(mask, a, i, pack, width);
    store(op.out + i * width + pack * kPack, a);
  }
}

/// sum += dropout(dx) for one pack of position i.
__device__ inline void add_masked(float* sum, const Bf16* dx, Dim i, Dim pack, Dim width,
                                  const DropoutMask& mask) {
  float d[kPack];
  load(d, dx + i * width + pack * kPack);
  apply(mask, d, i, pack, width);
  for (int c = 0; c < kPack; ++c) sum[c] += d[c];
}

/// dwpe [seq_len, width] += the sum over the rows. One block per position in the row; its threads
/// divide the packs and add the rows in order.
__global__ void position_gradient(float* dwpe, const Bf16* dx, Dim rows, Dim seq_len, Dim width,
                                  DropoutMask mask) {
  const Dim t = blockIdx.x;
  for (Dim pack = threadIdx.x; pack < width / kPack; pack += blockDim.x) {
    float* dw = dwpe + t * width + pack * kPack;
    float sum[kPack];
    load(sum, dw);
    for (Dim row = 0; row < rows; ++row) add_masked(sum, dx, row * seq_len + t, pack, width, mask);
    store(dw, sum);
  }
}

// dwte is summed in two passes. by_token [n] lists the positions sorted by token, so that each
// token has a run of positions. by_token is cut into pieces of kPiece, which also cuts long runs
// into parts. The sum of a run within one piece is added to dwte directly. A part of a longer run
// is summed into partial [pieces, 2, width]: into slot 0 if it starts at the beginning of the
// piece, else into slot 1 (then it is the first part of its run). The second pass adds up the parts
// of each run in order.

using cuda::kPiece;

/// The positions sorted by token.
struct TokenOrder {
  const std::uint16_t* tokens;
  const std::int32_t* by_token;
  Dim n;
  __device__ Dim token(Dim at) const { return tokens[by_token[at]]; }
};

/// Returns the first entry in [begin, end) with a token other than the one at `begin`, or `end`.
/// Uses a binary search, because equal tokens are adjacent.
__device__ inline Dim run_end(const TokenOrder& order, Dim begin, Dim end) {
  const Dim token = order.token(begin);
  Dim inside = begin;
  while (end - inside > 1) {
    const Dim middle = inside + (end - inside) / 2;
    if (order.token(middle) == token) {
      inside = middle;
    } else {
      end = middle;
    }
  }
  return end;
}

/// First pass, with one block per entry of by_token: the block at the beginning of a part sums the
/// whole part, in order, and the other blocks do nothing.
__global__ void token_parts(float* dwte, float* partial, const Bf16* dx, TokenOrder order,
                            Dim width, DropoutMask mask) {
  const Dim begin = blockIdx.x, token = order.token(begin), piece = begin / kPiece;
  const bool run_begins = begin == 0 || order.token(begin - 1) != token;
  if (!run_begins && begin % kPiece != 0) return;
  const Dim limit = (piece + 1) * kPiece < order.n ? (piece + 1) * kPiece : order.n;
  const Dim end = run_end(order, begin, limit);
  const bool run_ends = end == order.n || order.token(end) != token;
  const bool whole = run_begins && run_ends;
  float* to =
      whole ? dwte + token * width : partial + (piece * 2 + (begin % kPiece == 0 ? 0 : 1)) * width;
  for (Dim pack = threadIdx.x; pack < width / kPack; pack += blockDim.x) {
    float sum[kPack] = {};
    if (whole) load(sum, to + pack * kPack);
    for (Dim at = begin; at < end; ++at) {
      add_masked(sum, dx, order.by_token[at], pack, width, mask);
    }
    store(to + pack * kPack, sum);
  }
}

/// Second pass, with one block per piece: it adds up the run that begins in this piece and
/// continues in the next one, if there is such a run.
__global__ void token_sums(float* dwte, const float* partial, TokenOrder order, Dim width) {
  const Dim piece = blockIdx.x, next = (piece + 1) * kPiece;
  if (next >= order.n) return;
  const Dim token = order.token(next - 1), first = piece * kPiece;
  if (order.token(next) != token) return;
  const bool from_first = order.token(first) == token;
  if (from_first && first > 0 && order.token(first - 1) == token) return;  // began earlier
  const Dim last = (run_end(order, next, order.n) - 1) / kPiece;
  const float* begun = partial + (piece * 2 + (from_first ? 0 : 1)) * width;
  for (Dim pack = threadIdx.x; pack < width / kPack; pack += blockDim.x) {
    float* dw = dwte + token * width + pack * kPack;
    float sum[kPack], part[kPack];
    load(sum, dw);
    load(part, begun + pack * kPack);
    for (int c = 0; c < kPack; ++c) sum[c] += part[c];
    for (Dim k = piece + 1; k <= last; ++k) {
      load(part, partial + k * 2 * width + pack * kPack);
      for (int c = 0; c < kPack; ++c) sum[c] += part[c];
    }
    store(dw, sum);
  }
}

}  // namespace amt::gpu
