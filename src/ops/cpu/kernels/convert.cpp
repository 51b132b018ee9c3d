// Between fp32 and bf16.
#include "bits.hpp"
#include "declarations.hpp"

namespace amt::AMT_ISA {

void to_bf16(Bf16* out, const float* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) out[i] = rounded(x[i]);
}

void to_float(float* out, const Bf16* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) out[i] = widened(x[i]);
}

}  // namespace amt::AMT_ISA
