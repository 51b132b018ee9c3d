// Attention for one new position of each row. The warps of a block divide the row's keys.
#pragma once

#include "amt/kernels/head_parts.cuh"
#include "amt/ops/attention_step.hpp"

namespace amt::gpu {

constexpr int kStepWarps = 16;  // per block; a block computes one head of one row
constexpr int kStepKeys = 4;    // keys that a warp loads together

/// A warp's part of a query's softmax: the sum of exp(score - largest), and the sum of the values
/// with these weights. Each lane has the channels that load_part() gives it.
struct StepPart {
  float largest = -INFINITY, total = 0, sum[kHeadParts] = {};
};

/// Adds up to kStepKeys keys, from `first` on but none after `last`. `keys` points to the head's
/// first key; each value is `width` elements after its key, and positions are 2 width apart.
__device__ inline void add_keys(StepPart& part, const float* q, const Bf16* keys, Dim first,
                                Dim last, Dim width, Dim head_dim, float scale) {
  float key[kStepKeys][kHeadParts], value[kStepKeys][kHeadParts], score[kStepKeys];
  for (int j = 0; j < kStepKeys; ++j) {
    const Bf16* at = keys + (first + j < last ? first + j : last) * 2 * width;
    load_part(key[j], at, head_dim);
    load_part(value[j], at + width, head_dim);
  }
  float above = part.largest;
  for (int j = 0; j < kStepKeys; ++j) {
    score[j] = scale * dot_part(q, key[j]);
    if (first + j > last) score[j] = -INFINITY;
    above = fmaxf(above, score[j]);
  }
  const float keep = expf(part.largest - above);
  part.largest = above;
  part.total *= keep;
  for (int c = 0; c < kHeadParts; ++c) part.sum[c] *= keep;
  for (int j = 0; j < kStepKeys; ++j) {
    const float weight = expf(score[j] - above);
    part.total += weight;
    for (int c = 0; c < kHeadParts; ++c) part.sum[c] += weight * value[j][c];
  }
}

/// Uses one block per head of each row, and adds the parts of its warps in order.
__global__ void __launch_bounds__(kStepWarps* kLanes)
    attention_step(AttentionStepOf<Bf16, float> op) {
  __shared__ float largest_of[kStepWarps], total_of[kStepWarps];
  __shared__ float sum_of[kStepWarps][kHeadParts * kLanes];
  const Dim i = blockIdx.x / op.heads, head = blockIdx.x % op.heads, width = op.width();
  const Dim last = op.positions[i];
  const Bf16* query = op.qkv + i * 3 * width + head * op.head_dim;
  Bf16* keys = op.cache + op.rows[i] * op.row_size() + head * op.head_dim;
  for (Dim c = threadIdx.x; c < op.head_dim; c += blockDim.x) {
    keys[last * 2 * width + c] = query[width + c];
    keys[(last * 2 + 1) * width + c] = query[2 * width + c];
  }
  __syncthreads();  // the new key and value are read back from the cache
  const Dim warp = threadIdx.x / kLanes;
  float q[kHeadParts];
  load_part(q, query, op.head_dim);
  StepPart part;
  for (Dim first = warp * kStepKeys; first <= last; first += kStepWarps * kStepKeys) {
    add_keys(part, q, keys, first, last, width, op.head_dim, op.scale);
  }
  for (int c = 0; c < kHeadParts; ++c) {
    sum_of[warp][c * kLanes + threadIdx.x % kLanes] = part.sum[c];
  }
  if (threadIdx.x % kLanes == 0) {
    largest_of[warp] = part.largest;
    total_of[warp] = part.total;
  }
  __syncthreads();
  float largest = largest_of[0], total = 0;  // the first warp always has a key
  for (int w = 1; w < kStepWarps; ++w) largest = fmaxf(largest, largest_of[w]);
  for (int w = 0; w < kStepWarps; ++w) total += total_of[w] * expf(largest_of[w] - largest);
  for (Dim c = threadIdx.x; c < op.head_dim; c += blockDim.x) {
    float sum = 0;
    for (int w = 0; w < kStepWarps; ++w) sum += sum_of[w][c] * expf(largest_of[w] - largest);
    op.out[(i * op.heads + head) * op.head_dim + c] = __float2bfloat16_rn(sum / total);
  }
  if (threadIdx.x == 0) op.lse[i * op.heads + head] = largest + logf(total);
}

}  // namespace amt::gpu
