#ifndef AMT_ISA

#include "amt/ops/embedding.hpp"

#include <vector>

#include "amt/ops/token_order.hpp"
#include "base/context.hpp"
#include "base/parallel.hpp"
#include "dropout.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

/// dw [width] += dropout(dx) for position i.
template <class T>
void add_masked(float* dw, const EmbeddingBackwardOf<T, float>& op, Dim i) {
  float* masked = scratch_row(0, op.width);
  dropout_row(masked, read_row(op.dx + i * op.width, 1, op.width), op.width,
              row_dropout(op.dropout, i, op.width));
  add_row(dw, masked, op.width);
}

/// Returns where each run of equal tokens starts in by_token, followed by n.
std::vector<Dim> segments(const std::uint16_t* tokens, const std::vector<std::int32_t>& by_token) {
  std::vector<Dim> starts;
  const Dim n = by_token.size();
  for (Dim i = 0; i < n; ++i) {
    if (i == 0 || tokens[by_token[i]] != tokens[by_token[i - 1]]) starts.push_back(i);
  }
  starts.push_back(n);
  return starts;
}

}  // namespace

template <class T>
void run(Context<T>& cpu, const EmbeddingForwardOf<T, float>& op) {
  const Dim width = op.width;
  const RowDropout off = row_dropout({}, 0, width);
  parallel_for(cpu.threads(), op.rows * op.length, [&](Dim i) {
    float* row = begin_row(op.out + i * width, 0, width);
    const float* position = op.wpe + op.position(i) * width;
    add_dropout_row(row, op.wte + op.tokens[i] * width, position, width, off);
    if (op.dropout.rate > 0) dropout_row(row, row, width, row_dropout(op.dropout, i, width));
    store_row(op.out + i * width, row, width);
  });
}

template <class T>
void run(Context<T>& cpu, const EmbeddingBackwardOf<T, float>& op) {
  parallel_for(cpu.threads(), op.length, [&](Dim t) {
    for (Dim row = 0; row < op.rows; ++row) {
      add_masked(op.dwpe + t * op.width, op, row * op.length + t);
    }
  });
  const std::vector<std::int32_t> by_token = positions_by_token(op.tokens, op.rows * op.length);
  const std::vector<Dim> starts = segments(op.tokens, by_token);
  parallel_for_uneven(cpu.threads(), starts.size() - 1, [&](Dim s) {
    float* dw = op.dwte + op.tokens[by_token[starts[s]]] * op.width;
    for (Dim i = starts[s]; i < starts[s + 1]; ++i) add_masked(dw, op, by_token[i]);
  });
}

template void run(Context<float>&, const EmbeddingForwardOf<float, float>&);
template void run(Context<Bf16>&, const EmbeddingForwardOf<Bf16, float>&);
template void run(Context<float>&, const EmbeddingBackwardOf<float, float>&);
template void run(Context<Bf16>&, const EmbeddingBackwardOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
