// Everything that a device can do for the model and the optimiser. C++17 with plain pointers,
// because a GPU plug-in includes it.
//
// Conventions for every call:
// //  - All calls are local to the process and come from one thread at a time.
//  - Work is queued in order; a call may return before its work is done. Only to_host(),
//    synchronise(), DeviceTimer::seconds() and SumOfSquares wait for the device.
//  - Pointers are device memory of this Ops unless a comment says host. Arrays are row-major and
//    dense. n counts positions: rows * seq_len.
//  - Parameters, their gradients, moments, statistics and losses are fp32 (the loss sum fp64);
//    matrix operands and stored activations have the device's own type, Activation.
//  - `dx = ` overwrites, `dw += ` adds. Outputs must not overlap inputs unless a comment allows it.
//  - The same inputs give the same bits on the same device with the same threads and the same
//    choice of algorithms.
//
// An operator is a struct of named arguments in its own header, with its contract and the plain
// code that specifies it: see docs/how-to/add-an-operator.md.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "amt/ops/adamw.hpp"
#include "amt/ops/algorithm_choice.hpp"
#include "amt/ops/attention.hpp"
#include "amt/ops/dispatch.hpp"
#include "amt/ops/embedding.hpp"
#include "amt/ops/layernorm.hpp"
#include "amt/ops/linear.hpp"
#include "amt/ops/lm_head.hpp"
#include "amt/ops/muon.hpp"
#include "amt/ops/sum_of_squares.hpp"

namespace amt {

/// Measures the device's time for the work queued between start() and stop(). Its Ops must outlive
/// it.
class DeviceTimer {
 public:
  virtual ~DeviceTimer() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  /// Seconds between the last start() and the last stop(). Waits for the latter.
  virtual double seconds() = 0;
};

/// Memory, timing and algorithm choices of a device.
class OpsMemory {
 public:
  virtual ~OpsMemory() = default;

  /// "CPU, 8 threads, oneDNN 2.6.3"
  virtual std::string description() const = 0;
  /// Size of one Activation in bytes.
  virtual std::size_t activation_bytes() const = 0;

  // Buffer (amt/ops/buffer.hpp) owns memory from allocate().

  /// Returns uninitialised memory, aligned to at least 64 bytes. Error naming the requested size.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  /// Copies from host memory, which may be reused as soon as the call returns.
  virtual void to_device(void* device, const void* host, std::size_t bytes) = 0;
  /// Copies to host memory. Waits until the bytes have arrived.
  virtual void to_host(void* host, const void* device, std::size_t bytes) = 0;
  virtual void zero(void* device, std::size_t bytes) = 0;
  /// Copies `rows` pieces of `bytes` each within the device; pieces begin `to_stride` and
  /// `from_stride` bytes apart.
  virtual void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                         std::size_t bytes, std::size_t rows) = 0;
  /// Waits until all queued work is done. Errors of queued work are thrown here at the latest.
  virtual void synchronise() = 0;

  virtual std::unique_ptr<DeviceTimer> make_timer() = 0;

  /// Null if the device has nothing to choose.
  virtual AlgorithmChoice* algorithms() { return nullptr; }

  // Weights (amt/ops/weights.hpp) makes the following calls.

  /// Allows operators to use parameters[0, count) as weights, with their current values: a device
  /// that does not compute in fp32 creates or refreshes its copy. Error if some of them belong to
  /// other weights.
  virtual void refresh_weights(const float* parameters, Dim count) = 0;
  /// Ends the use as weights of the range that starts at `parameters`, if there is one.
  virtual void forget_weights(const float* parameters) noexcept = 0;
};

/// All operators that a device must provide.
using Operators =
    OperatorList<EmbeddingForward, EmbeddingBackward, LayerNormForward, LayerNormBackward,
                 LinearForward, LinearBackward, AttentionForward, AttentionBackward, LmHeadTrain,
                 LmHeadLosses, LmHeadLogits, AdamW, Muon, SumOfSquares>;

/// Has a run(const Op&) for each of them.
class Ops : public Interface<OpsMemory, Operators> {};

}  // namespace amt
