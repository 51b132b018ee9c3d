// The complete interface of a device for the model and the optimiser. Restricted to C++17 and plain
// pointers, because the GPU plug-in includes it.
//
// Conventions for all calls:
//  - All calls are local to the process and are made by one thread at a time.
//  - Work is queued in order; a call may return before its work is finished. Only to_host(),
//    synchronise(), DeviceTimer::seconds() and SumOfSquares wait for the device.
//  - Pointers refer to device memory of this Ops unless a comment says host memory. Arrays are
//    row-major and dense. n counts positions: rows * seq_len.
//  - Parameters, their gradients, moments, statistics and losses are fp32 (the loss sum fp64);
//    matrix operands and stored activations have the device's compute type, Activation.
//  - `dx = ` overwrites, `dw += ` adds. Outputs must not overlap inputs unless a comment allows it.
//  - The same inputs on the same device, with the same threads and the same choice of algorithms,
//    give the same bits.
//
// An operator is a struct of named arguments in its own header, with its contract and a plain
// implementation that specifies it: docs/how-to/add-an-operator.md.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "amt/ops/adamw.hpp"
#include "amt/ops/algorithm_choice.hpp"
#include "amt/ops/attention.hpp"
#include "amt/ops/attention_step.hpp"
#include "amt/ops/dispatch.hpp"
#include "amt/ops/embedding.hpp"
#include "amt/ops/layernorm.hpp"
#include "amt/ops/linear.hpp"
#include "amt/ops/lm_head.hpp"
#include "amt/ops/muon.hpp"
#include "amt/ops/sum_of_squares.hpp"

namespace amt {

/// Measures the time that a device takes for the work queued between start() and stop(). The Ops
/// that made it must outlive it.
class DeviceTimer {
 public:
  virtual ~DeviceTimer() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  /// Waits for the last stop() and returns the time since the last start().
  virtual double seconds() = 0;
};

/// A recorded sequence of operators. The Ops that recorded it must outlive it.
class Recording {
 public:
  virtual ~Recording() = default;
  /// Queues the operators again, with the same arguments, as a single unit of work.
  virtual void replay() = 0;
};

/// Memory, timing, recording and choice of algorithms of a device.
class OpsMemory {
 public:
  virtual ~OpsMemory() = default;

  /// Returns, for example, "CPU, 8 threads, oneDNN 2.6.3".
  virtual std::string description() const = 0;
  /// Returns the size of one Activation in bytes.
  virtual std::size_t activation_bytes() const = 0;

  // Buffer (amt/ops/buffer.hpp) owns memory from allocate().

  /// Returns uninitialised memory, aligned to at least 64 bytes. Throws an Error with the size if
  /// there is not enough.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  /// Copies from host memory, which may be reused as soon as the call returns.
  virtual void to_device(void* device, const void* host, std::size_t bytes) = 0;
  /// Copies to host memory, and waits until the bytes are there.
  virtual void to_host(void* host, const void* device, std::size_t bytes) = 0;
  virtual void zero(void* device, std::size_t bytes) = 0;
  /// Copies `rows` pieces of `bytes` each within the device; they begin `to_stride` and
  /// `from_stride` bytes apart.
  virtual void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                         std::size_t bytes, std::size_t rows) = 0;
  /// Waits until all queued work is finished; its errors are thrown here at the latest.
  virtual void synchronise() = 0;

  virtual std::unique_ptr<DeviceTimer> make_timer() = 0;

  /// Records the operators that `work` calls instead of running them. They must have run before
  /// with the same shapes, so that no memory needs to be allocated and no algorithm chosen; their
  /// memory must outlive the recording. Returns null if the device cannot record (a GPU logs the
  /// reason); the operators must then be run each time.
  virtual std::unique_ptr<Recording> record(const std::function<void()>& /*work*/) {
    return nullptr;
  }

  /// Returns null if the device has no choice of algorithms.
  virtual AlgorithmChoice* algorithms() { return nullptr; }

  // The following calls are made by Weights (amt/ops/weights.hpp).

  /// Allows operators to use parameters[0, count) as weights, with their present values: a device
  /// that computes in a type other than fp32 creates or refreshes its copy. They may be a part of
  /// weights that were refreshed before. Throws an Error if only some of them belong to other
  /// weights.
  virtual void refresh_weights(const float* parameters, Dim count) = 0;
  /// Forgets the weights that begin at `parameters`, if any have been refreshed there.
  virtual void forget_weights(const float* parameters) noexcept = 0;
};

/// All operators of a device.
using Operators =
    OperatorList<EmbeddingForward, EmbeddingBackward, LayerNormForward, LayerNormBackward,
                 LinearForward, LinearBackward, AttentionForward, AttentionBackward, AttentionStep,
                 LmHeadTrain, LmHeadLosses, LmHeadLogits, AdamW, Muon, SumOfSquares>;

/// A device: run(const Op&) for each operator, and OpsMemory.
class Ops : public Interface<OpsMemory, Operators> {};

}  // namespace amt
