#include "rows.hpp"

#ifdef AMT_ISA

#include "base/bits.hpp"

namespace amt::cpu::AMT_ISA {

void to_bf16(Bf16* out, const float* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) out[i] = rounded(x[i]);
}

void to_float(float* out, const Bf16* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) out[i] = widened(x[i]);
}

void add_row(float* to, const float* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) to[i] += x[i];
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <array>
#include <vector>

namespace amt::cpu {

float* scratch_row(int which, Dim width) {
  thread_local std::array<std::vector<float>, 4> rows;
  std::vector<float>& row = rows[which];
  const Dim there = row.size();
  if (there < width) row.resize(width);
  return row.data();
}

}  // namespace amt::cpu

#endif
