#include "context.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/kernels/shapes.hpp"
#include "sums.hpp"

namespace amt::cuda {

Context::Context(CudaOps& ops_, const OpsOptions& options, Dim logits_bytes_)
    : ops(ops_),
      logits_bytes(logits_bytes_),
      partial(ops_),
      logits(ops_),
      by_token(ops_),
      products(fmt::format("{}, cuBLASLt {}", device_name(ops_.device()), Matmul::version())),
      matmul(ops_, products),
      attention(ops_, options.attention, options.deterministic),
      sum(make_pinned(sizeof(double))) {}

const Bf16* Context::weights(const float* weights) const {
  const WeightRanges::Range& range = weight_ranges.of(weights);
  return range.copy.as<Bf16>() + (weights - range.begin);
}

void Context::refresh_weights(const float* parameters, Dim count) {
  WeightRanges::Range& range = weight_ranges.at(parameters, count);
  if (range.copy.bytes() == 0) range.copy = Buffer(ops, range.count * sizeof(Bf16));
  launch_to_bf16(stream(), range.copy.as<Bf16>() + (parameters - range.begin), parameters, count);
}

void check_width(Dim width) {
  if (width % kWidthUnit == 0 && width <= kLargestWidth) return;
  throw UsageError(
      fmt::format("model.hidden_dim is {}: on a GPU it must be a multiple of {} and at "
                  "most {}; change it, or use --device cpu",
                  width, kWidthUnit, kLargestWidth));
}

void check_head(Dim head_dim) {
  if (head_dim <= kLargestHead) return;
  throw Error(
      fmt::format("a head of {} channels is larger than the {} that attention on a GPU supports: "
                  "increase model.num_heads, or use --device cpu",
                  head_dim, kLargestHead));
}

}  // namespace amt::cuda
