// AdamW. The division into pieces does not depend on the number of threads.
#include "amt/ops/adamw.hpp"

#include "base/instruction_sets.hpp"

AMT_KERNEL(void, adamw_range,
           (float* p, float* m, float* v, const float* g, std::int64_t n,
            const AdamWCoefficients& c));

#ifdef AMT_ISA

namespace amt::cpu::AMT_ISA {

void adamw_range(float* p, float* m, float* v, const float* g, std::int64_t n,
                 const AdamWCoefficients& c) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] * c.gradient_scale;
    m[i] = c.beta1 * m[i] + c.rest1 * gradient;
    v[i] = c.beta2 * v[i] + c.rest2 * gradient * gradient;
    const float m_hat = m[i] * c.inverse_correction1;
    const float v_hat = v[i] * c.inverse_correction2;
    const float update = m_hat / (__builtin_sqrtf(v_hat) + c.epsilon) + c.weight_decay * p[i];
    p[i] -= c.learning_rate * update;
  }
}

}  // namespace amt::cpu::AMT_ISA

#else

#include "base/context.hpp"
#include "base/parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {

template <class T>
void run(Context<T>& cpu, const AdamW& op) {
  const AdamWCoefficients c = adamw_coefficients(op.step);
  Bf16* const copy = cpu.copy_of(op.parameters, op.n);
  parallel_pieces(cpu.threads(), op.n, kFlatPiece, [&](Dim begin, Dim end) {
    adamw_range(op.parameters + begin, op.first_moment + begin, op.second_moment + begin,
                op.gradients + begin, end - begin, c);
    if (copy != nullptr) to_bf16(copy + begin, op.parameters + begin, end - begin);
  });
}

template void run(Context<float>&, const AdamW&);
template void run(Context<Bf16>&, const AdamW&);

}  // namespace amt::cpu

#endif
