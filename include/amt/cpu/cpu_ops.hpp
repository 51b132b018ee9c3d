// The CPU's Ops: oneDNN for matrix products, OpenMP and vector loops for the rest.
#pragma once

#include <cstdint>
#include <memory>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// The type of stored activations and matrix operands; sums are fp32 in either case.
enum class Precision : std::uint8_t { kF32, kBf16 };

/// Returns the CPU's support for bf16 products.
Bf16Support bf16_support();

/// Returns the bytes that a CPU device uses in addition to its callers' allocations: the logits of
/// a block of positions and, with bf16, a copy of the flat buffer of `parameters` floats.
/// `positions` is rows x seq_len of the largest call. A few MB for each thread are not included.
std::size_t cpu_scratch_bytes(Precision precision, Dim vocab, Dim positions, Dim parameters);

/// Creates a CPU device. If `threads` is 0, OpenMP chooses the number (OMP_NUM_THREADS, else the
/// cores that this process may use). With `int8`, the parameters must have been rounded
/// (amt/ops/int8_weights.hpp), and linear layers read them as 8-bit values when there are few
/// positions. Throws UsageError if `threads` is negative, or if the CPU does not support the
/// precision.
std::unique_ptr<Ops> make_cpu_ops(int threads, Precision precision = Precision::kF32,
                                  bool int8 = false);

}  // namespace amt
