#include "amt/kernels/embedding.cuh"
#include "amt/ops/token_order.hpp"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {
namespace {

/// Returns the number of threads of a block that processes a row: one warp per 256 channels.
Dim pack_threads(Dim width) {
  return std::min<Dim>(divide_up(width / gpu::kPack, gpu::kLanes), 16) * gpu::kLanes;
}

/// Uploads the positions of the call, sorted by token, to the device.
const std::int32_t* upload_order(Context& gpu, const EmbeddingBackward& op, Dim n) {
  const std::vector<std::int32_t> order = positions_by_token(op.host_tokens, n);
  auto* by_token = gpu.by_token.of<std::int32_t>(n);
  gpu.ops.to_device(by_token, order.data(), order.size() * sizeof(std::int32_t));
  return by_token;
}

}  // namespace

void run(Context& gpu, const EmbeddingForward& op) {
  constexpr Dim kWarps = 4;  // one position each
  check_width(op.width);
  start(gpu.stream(), {divide_up(op.rows * op.length, kWarps)}, kWarps * gpu::kLanes,
        "embedding_forward", gpu::embedding_forward, typed<Bf16>(op), gpu::DropoutMask(op.dropout));
}

void run(Context& gpu, const EmbeddingBackward& op) {
  check_width(op.width);
  const auto* dx = reinterpret_cast<const Bf16*>(op.dx);
  const Dim n = op.rows * op.length, threads = pack_threads(op.width);
  const gpu::DropoutMask mask(op.dropout);
  start(gpu.stream(), {op.length}, threads, "position_gradient", gpu::position_gradient, op.dwpe,
        dx, op.rows, op.length, op.width, mask);
  float* partial = gpu.partial.of<float>(token_pieces(n) * 2 * op.width);
  const gpu::TokenOrder order{op.tokens, upload_order(gpu, op, n), n};
  start(gpu.stream(), {n}, threads, "token_parts", gpu::token_parts, op.dwte, partial, dx, order,
        op.width, mask);
  start(gpu.stream(), {token_pieces(n)}, threads, "token_sums", gpu::token_sums, op.dwte, partial,
        order, op.width);
}

}  // namespace amt::cuda
