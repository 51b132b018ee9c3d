// Vectors of as many floats as a register holds, for sums in a fixed order, whose division among
// lanes must not be left to the compiler. Only for code that is compiled with AMT_ISA.
#pragma once

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "bits.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

#if defined(__AVX512F__)
constexpr std::int64_t kLanes = 16;
#elif defined(__AVX__)
constexpr std::int64_t kLanes = 8;
#else
constexpr std::int64_t kLanes = 4;
#endif

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
typedef std::int32_t Words __attribute__((vector_size(kLanes * sizeof(float))));
typedef std::uint16_t Halves __attribute__((vector_size(kLanes * sizeof(Bf16))));

inline Vector load(const float* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
inline Vector load(const Bf16* from) {
  Halves bits;
  __builtin_memcpy(&bits, from, sizeof bits);
#if defined(__AVX512F__)  // GCC 12 would use six instructions for this conversion
  const Words wide =
      reinterpret_cast<Words>(_mm512_maskz_cvtepu16_epi32(0xffff, reinterpret_cast<__m256i>(bits)));
#elif defined(__AVX2__)
  const Words wide =
      reinterpret_cast<Words>(_mm256_cvtepu16_epi32(reinterpret_cast<__m128i>(bits)));
#else
  const Words wide = __builtin_convertvector(bits, Words);
#endif
  return reinterpret_cast<Vector>(wide << 16);
}
inline void store(float* to, Vector v) { __builtin_memcpy(to, &v, sizeof v); }

/// Prefetches a line into the second-level cache, because the first level allows fewer outstanding
/// misses.
inline void ask_for(const void* line) { __builtin_prefetch(line, 0, 2); }

/// Rotates the lanes: lane i of the result is lane i + by of v, modulo kLanes.
inline Vector rotated(Vector v, int by) {
#ifdef __clang__  // Clang has no __builtin_shuffle, but compiles this to a shuffle
  Vector to;
  for (int i = 0; i < kLanes; ++i) to[i] = v[(i + by) % kLanes];
  return to;
#else
  Words from;
  for (int i = 0; i < kLanes; ++i) from[i] = (i + by) % kLanes;
  return __builtin_shuffle(v, from);
#endif
}

/// Returns the sum of the lanes, by repeatedly adding the two halves.
inline float sum_of(Vector v) {
  for (int half = kLanes / 2; half > 0; half /= 2) v += rotated(v, half);
  return v[0];
}

}  // namespace
}  // namespace amt::cpu::AMT_ISA
