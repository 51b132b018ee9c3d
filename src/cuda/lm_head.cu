#include "amt/kernels/lm_head.cuh"
#include "amt/kernels/sum_all.cuh"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {
namespace {

const Bf16* as_bf16(const Activation* p) { return reinterpret_cast<const Bf16*>(p); }

/// Calls f(logits [count, padded_vocab], begin, count) for the blocks [begin, begin + count) of n
/// positions. All blocks use the same scratch memory for the logits, which have type T.
template <class T, class F>
void for_blocks(Context& gpu, Dim n, Dim padded_vocab, const F& f) {
  const Dim block = lm_head_block(n, padded_vocab * Dim{sizeof(T)}, gpu.logits_bytes);
  T* logits = gpu.logits.of<T>(block * padded_vocab);
  for (Dim begin = 0; begin < n; begin += block) f(logits, begin, std::min(block, n - begin));
}

/// Copies n rows of x, which are `step` rows apart, to contiguous scratch memory.
const Bf16* gathered(Context& gpu, const LmHeadLogits& op) {
  const Bf16* first = as_bf16(op.x) + op.first * op.width;
  if (op.step == 1) return first;
  const auto row = static_cast<std::size_t>(op.width) * sizeof(Bf16);
  auto* rows = gpu.partial.of<Bf16>(op.n * op.width);
  check(cudaMemcpy2DAsync(rows, row, first, row * static_cast<std::size_t>(op.step), row,
                          static_cast<std::size_t>(op.n), cudaMemcpyDeviceToDevice, gpu.stream()),
        "gathering positions");
  return rows;
}

}  // namespace

void run(Context& gpu, const LmHeadTrain& op) {
  const LmHeadShape& s = op.shape;
  const Dim n = s.rows * s.seq_len, width = s.width, padded = s.padded_vocab;
  const Bf16* wte = gpu.weights(op.wte);
  auto* dx = reinterpret_cast<Bf16*>(op.dx);
  float* losses = gpu.partial.of<float>(n);
  for_blocks<Bf16>(gpu, n, padded, [&](Bf16* logits, Dim begin, Dim count) {
    const Bf16* block = as_bf16(op.x) + begin * width;
    gpu.matmul.run(plan_logits(count, padded, width, Element::kBf16), {wte, block, logits});
    start(gpu.stream(), {count}, gpu::kHeadThreads, "loss_and_gradient", gpu::loss_and_gradient,
          losses + begin, logits, op.tokens, begin, s, op.terms);
    gpu.matmul.run(plan_logits_input(count, padded, width), {wte, logits, dx + begin * width});
    gpu.matmul.run(plan_logits_weight(count, padded, width), {block, logits, op.dwte});
  });
  start(gpu.stream(), {1}, gpu::kSumWarps * gpu::kLanes, "sum_all", gpu::sum_all<float>, op.loss,
        losses, n, static_cast<double>(op.terms.scale), true);
}

void run(Context& gpu, const LmHeadLosses& op) {
  const LmHeadShape& s = op.shape;
  const Bf16* wte = gpu.weights(op.wte);
  for_blocks<Bf16>(gpu, s.rows * s.seq_len, s.padded_vocab,
                   [&](Bf16* logits, Dim begin, Dim count) {
                     gpu.matmul.run(plan_logits(count, s.padded_vocab, s.width, Element::kBf16),
                                    {wte, as_bf16(op.x) + begin * s.width, logits});
                     start(gpu.stream(), {count}, gpu::kHeadThreads, "position_losses",
                           gpu::position_losses, op.losses, logits, op.tokens, begin, s);
                   });
}

void run(Context& gpu, const LmHeadLogits& op) {
  const auto bytes = [](Dim columns) { return static_cast<std::size_t>(columns) * sizeof(float); };
  const Bf16* wte = gpu.weights(op.wte);
  const Bf16* x = gathered(gpu, op);
  const Dim columns = logit_columns(op.vocab, op.padded_vocab);
  for_blocks<float>(gpu, op.n, columns, [&](float* padded, Dim begin, Dim count) {
    gpu.matmul.run(plan_logits(count, columns, op.width, Element::kFloat),
                   {wte, x + begin * op.width, padded});
    check(cudaMemcpy2DAsync(op.logits + begin * op.vocab, bytes(op.vocab), padded, bytes(columns),
                            bytes(op.vocab), static_cast<std::size_t>(count),
                            cudaMemcpyDeviceToDevice, gpu.stream()),
          "copying logits without the vocabulary's padding");
  });
}

}  // namespace amt::cuda
