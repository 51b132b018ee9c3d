#ifndef AMT_ISA

#include "amt/ops/attention_step.hpp"

#include "base/context.hpp"

namespace amt::cpu {
namespace {

/// Returns the end of the run of entries from `i` on whose rows are adjacent and equally long; one
/// call can divide these among the threads.
template <class T>
Dim end_of_run(const AttentionStepOf<T, float>& op, Dim i) {
  Dim end = i + 1;
  while (end < op.n && op.rows[end] == op.rows[end - 1] + 1 &&
         op.positions[end] == op.positions[i]) {
    ++end;
  }
  return end;
}

}  // namespace

template <class T>
void run(Context<T>& cpu, const AttentionStepOf<T, float>& op) {
  for (Dim i = 0; i < op.n; ++i) append_to_cache(op, i);
  for (Dim i = 0; i < op.n;) {
    const Dim end = end_of_run(op, i);
    run(cpu, attention_of_places(op, i, end - i, op.rows[i], op.positions[i]));
    i = end;
  }
}

template void run(Context<float>&, const AttentionStepOf<float, float>&);
template void run(Context<Bf16>&, const AttentionStepOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
