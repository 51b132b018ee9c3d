#include <utility>

#include "amt/kernels/layernorm.cuh"
#include "context.hpp"
#include "launch.hpp"
#include "sums.hpp"

namespace amt::cuda {
namespace {

constexpr Dim kNormThreads = gpu::kNormWarps * gpu::kLanes;

/// Calls f(std::integral_constant<int, norm_packs(width)>); kernels are compiled for 1 to 8 packs.
template <class F, int... packs>
void for_width(Dim width, const F& f, std::integer_sequence<int, packs...>) {
  ((norm_packs(width) == packs + 1 ? f(std::integral_constant<int, packs + 1>()) : void()), ...);
}
template <class F>
void for_width(Dim width, const F& f) {
  for_width(width, f, std::make_integer_sequence<int, norm_packs(kLargestWidth)>());
}

}  // namespace

void run(Context& gpu, const LayerNormForward& op) {
  check_width(op.width);
  for_width(op.width, [&](auto packs) {
    start(gpu.stream(), {divide_up(op.n, gpu::kNormWarps)}, kNormThreads, "layernorm_forward",
          gpu::layernorm_forward<packs.value>, typed<Bf16>(op), gpu::DropoutMask(op.dropout));
  });
}

void run(Context& gpu, const LayerNormBackward& op) {
  check_width(op.width);
  const Dim shares = norm_shares(op.n, op.width);
  float* partial = gpu.partial.of<float>(shares * 2 * op.width);
  for_width(op.width, [&](auto packs) {
    start(gpu.stream(), {shares}, kNormThreads, "layernorm_backward",
          gpu::layernorm_backward<packs.value>, typed<Bf16>(op), partial,
          gpu::DropoutMask(op.dropout));
  });
  launch_add_pairs(gpu.stream(), op.dweight, op.dbias, partial, shares, op.width);
}

}  // namespace amt::cuda
