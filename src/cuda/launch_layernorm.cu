#include <utility>

#include "kernels/layernorm.cuh"
#include "launch.hpp"
#include "launch_grid.hpp"

namespace amt::cuda {
namespace {

constexpr Dim kNormThreads = gpu::kNormWarps * gpu::kLanes;

/// f(std::integral_constant<int, norm_packs(width)>): kernels are compiled for 1 to 8 packs.
template <class F, int... packs>
void for_width(Dim width, const F& f, std::integer_sequence<int, packs...>) {
  ((norm_packs(width) == packs + 1 ? f(std::integral_constant<int, packs + 1>()) : void()), ...);
}
template <class F>
void for_width(Dim width, const F& f) {
  for_width(width, f, std::make_integer_sequence<int, norm_packs(kLargestWidth)>());
}

}  // namespace

void launch_layernorm_forward(cudaStream_t stream, Bf16* out, Bf16* residual, float* mean,
                              float* rstd, const Bf16* x, const Bf16* y, const float* w,
                              const float* b, Dim n, Dim width, const Dropout& dropout) {
  const Dim blocks = divide_up(n, gpu::kNormWarps);
  for_width(width, [&](auto packs) {
    start(stream, {blocks}, kNormThreads, "layernorm_forward", gpu::layernorm_forward<packs.value>,
          out, residual, mean, rstd, x, y, w, b, n, width, gpu::DropoutMask(dropout));
  });
}

void launch_layernorm_backward(cudaStream_t stream, Bf16* dresidual, Bf16* dy, float* partial,
                               const Bf16* dout, const Bf16* residual, const float* mean,
                               const float* rstd, const float* w, Dim n, Dim width, bool add,
                               const Dropout& dropout) {
  const Dim blocks = shares_of(n).count;
  for_width(width, [&](auto packs) {
    start(stream, {blocks}, kNormThreads, "layernorm_backward",
          gpu::layernorm_backward<packs.value>, dresidual, dy, partial, dout, residual, mean, rstd,
          w, n, width, add, gpu::DropoutMask(dropout));
  });
}

}  // namespace amt::cuda
