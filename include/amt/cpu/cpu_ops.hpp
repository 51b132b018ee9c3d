// The CPU's Ops: oneDNN for matrix products, OpenMP and vector loops for the rest.
#pragma once

#include <cstdint>
#include <memory>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// What activations are stored in and matrix products read; sums are fp32 with both.
enum class Precision : std::uint8_t { kF32, kBf16 };

/// What products of bf16 run on here.
Bf16Support bf16_support();

/// Bytes that such a device takes beside what its callers allocate: the logits of a block of
/// positions, and with bf16 a copy of the flat buffer of `parameters` floats. `positions` is rows x
/// seq_len of the largest call. Not in it: a few MB for each thread.
std::size_t cpu_scratch_bytes(Precision precision, Dim vocab, Dim positions, Dim parameters);

/// `threads` as given, or for 0 as OpenMP would choose (OMP_NUM_THREADS, the cores this process may
/// use). `int8`: its parameters were rounded (amt/ops/int8_weights.hpp), and for few positions
/// linear layers read them in 8 bits. UsageError if negative, or if the processor does not have the
/// precision.
std::unique_ptr<Ops> make_cpu_ops(int threads, Precision precision = Precision::kF32,
                                  bool int8 = false);

}  // namespace amt
