// The CPU's Ops: oneDNN for matrix products, OpenMP and vector loops for the rest.
#pragma once

#include <cstdint>
#include <memory>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// The type of stored activations and of matrix operands; sums are fp32 with both.
enum class Precision : std::uint8_t { kF32, kBf16 };

/// Returns the CPU's support for products of bf16.
Bf16Support bf16_support();

/// Returns the bytes that such a device uses besides its callers' allocations: the logits of a
/// block of positions and, with bf16, a copy of the flat buffer of `parameters` floats. `positions`
/// is rows x seq_len of the largest call. A few MB for each thread are not included.
std::size_t cpu_scratch_bytes(Precision precision, Dim vocab, Dim positions, Dim parameters);

/// Creates a CPU device. `threads` may be 0: then OpenMP chooses (OMP_NUM_THREADS, else the cores
/// that this process may use). With `int8`, the parameters must have been rounded
/// (amt/ops/int8_weights.hpp), and linear layers read them in 8 bits for few positions. UsageError
/// if `threads` is negative, or if the CPU does not support the precision.
std::unique_ptr<Ops> make_cpu_ops(int threads, Precision precision = Precision::kF32,
                                  bool int8 = false);

}  // namespace amt
