// Code that the kernels share: packs of 8 activations (16 bytes, one memory access of a thread),
// sums over warps and blocks in a fixed order, dropout factors.
//
// The files in this folder compile with nvcc and, after tests/cuda/cuda_on_cpu.hpp, as plain C++.
// They do not launch kernels. The order of all sums depends only on the shapes, so equal runs give
// equal bits.
#pragma once

#include <bit>
#include <cstdint>

#include "amt/kernels/bf16.hpp"
#include "amt/ops/dropout.hpp"
#include "amt/ops/types.hpp"

namespace amt::gpu {

constexpr int kLanes = 32;
constexpr int kPack = 8;

struct alignas(16) Pack {
  Bf16 x[kPack];
};
struct alignas(16) Quad {
  float x[4];
};

/// A pack as kernels keep it in registers: 16-bit numbers would each occupy a whole register.
struct alignas(16) HeldPack {
  std::uint32_t pairs[kPack / 2];
};

__device__ inline Dim first_element() { return Dim{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ inline Dim grid_length() { return Dim{gridDim.x} * blockDim.x; }

/// Loads 8 activations as floats; p must be aligned to 16 bytes.
__device__ inline void load(float* out, const Bf16* p) {
  const Pack pack = *reinterpret_cast<const Pack*>(p);
  for (int c = 0; c < kPack; ++c) out[c] = __bfloat162float(pack.x[c]);
}
__device__ inline void load(float* out, const float* p) {
  const Quad low = reinterpret_cast<const Quad*>(p)[0], high = reinterpret_cast<const Quad*>(p)[1];
  for (int c = 0; c < 4; ++c) {
    out[c] = low.x[c];
    out[c + 4] = high.x[c];
  }
}
__device__ inline HeldPack held(const Bf16* p) { return *reinterpret_cast<const HeldPack*>(p); }
/// Converts a pack to floats: a bf16 is the upper half of a float.
__device__ inline void unpack(float* out, const HeldPack& pack) {
  for (int c = 0; c < kPack; c += 2) {
    out[c] = std::bit_cast<float>(pack.pairs[c / 2] << 16);
    out[c + 1] = std::bit_cast<float>(pack.pairs[c / 2] & 0xffff0000u);
  }
}
__device__ inline void store(Bf16* p, const float* values) {
  Pack pack;
  for (int c = 0; c < kPack; ++c) pack.x[c] = __float2bfloat16_rn(values[c]);
  *reinterpret_cast<Pack*>(p) = pack;
}
__device__ inline void store(float* p, const float* values) {
  Quad low, high;
  for (int c = 0; c < 4; ++c) {
    low.x[c] = values[c];
    high.x[c] = values[c + 4];
  }
  reinterpret_cast<Quad*>(p)[0] = low;
  reinterpret_cast<Quad*>(p)[1] = high;
}

/// Returns the sum over the warp's lanes, the same value in all of them.
template <class T>
__device__ inline T warp_sum(T value) {
  for (int mask = kLanes / 2; mask > 0; mask /= 2) value += __shfl_xor_sync(~0u, value, mask);
  return value;
}
__device__ inline float warp_max(float value) {
  for (int mask = kLanes / 2; mask > 0; mask /= 2) {
    value = fmaxf(value, __shfl_xor_sync(~0u, value, mask));
  }
  return value;
}

/// Returns the sum over a block of kWarps warps, the same value in all threads. All threads of the
/// block must call it.
template <int kWarps, class T>
__device__ inline T block_sum(T value) {
  __shared__ T of_warp[kWarps];
  value = warp_sum(value);
  if (threadIdx.x % kLanes == 0) of_warp[threadIdx.x / kLanes] = value;
  __syncthreads();
  T sum = 0;
  for (int warp = 0; warp < kWarps; ++warp) sum += of_warp[warp];
  __syncthreads();  // before the next call overwrites the sums
  return sum;
}
template <int kWarps>
__device__ inline float block_max(float value) {
  __shared__ float of_warp[kWarps];
  value = warp_max(value);
  if (threadIdx.x % kLanes == 0) of_warp[threadIdx.x / kLanes] = value;
  __syncthreads();
  float largest = of_warp[0];
  for (int warp = 1; warp < kWarps; ++warp) largest = fmaxf(largest, of_warp[warp]);
  __syncthreads();
  return largest;
}

/// A Dropout in the form that kernels use.
struct DropoutMask {
  explicit DropoutMask(const Dropout& d)
      : dropout(d),
        key(philox_key(d.seed)),
        threshold(dropout_threshold(d.rate)),
        scale(dropout_scale(threshold)) {}
  Dropout dropout;
  PhiloxKey key;
  std::uint32_t threshold;
  float scale;
};

/// values[c] *= the mask of channel 8 pack + c at position i; one Philox block has 8 masks.
__device__ inline void apply(const DropoutMask& mask, float* values, Dim i, Dim pack, Dim width) {
  if (mask.threshold == 0) return;
  PhiloxCounter counter = dropout_counter(mask.dropout, i, width);
  counter[0] += static_cast<std::uint32_t>(pack);
  const PhiloxBlock block = philox4x32_10(counter, mask.key);
  for (int c = 0; c < kPack; ++c) {
    values[c] *= dropout_bits(block, c) >= mask.threshold ? mask.scale : 0.0f;
  }
}

}  // namespace amt::gpu
