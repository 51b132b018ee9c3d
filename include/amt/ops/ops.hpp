// The whole of what a device can do for the model and the optimiser. C++17, plain pointers: a GPU
// plug-in includes it.
//
// Conventions of every call:
//  - All calls are local to the process, and made by one thread at a time.
//  - Work is queued in order; a call may return before its work is done. Only to_host(),
//    synchronise(), DeviceTimer::seconds() and SumOfSquares wait for the device.
//  - Pointers are device memory of this Ops unless a comment says host. Arrays are row-major and
//    dense. n counts positions: rows * seq_len.
//  - Parameters, their gradients, moments, statistics and losses are fp32 (the loss sum fp64);
//    matrix operands and stored activations have the device's own type, Activation.
//  - `dx = ` overwrites, `dw += ` adds. Outputs do not overlap inputs unless a comment allows it.
//  - The same inputs on the same device, with the same threads and the same choice of algorithms,
//    give the same bits.
//
// An operator is a struct of named arguments in its own header, with its contract and the
// plain code that specifies it: docs/how-to/add-an-operator.md.
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

/// The time that a device takes for what is queued between start() and stop(). Its Ops must outlive
/// it.
class DeviceTimer {
 public:
  virtual ~DeviceTimer() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  /// Between the last start and the last stop, for which it waits.
  virtual double seconds() = 0;
};

/// Memory, timing and choices of a device.
class OpsMemory {
 public:
  virtual ~OpsMemory() = default;

  /// "CPU, 8 threads, oneDNN 2.6.3"
  virtual std::string description() const = 0;
  /// Size of one Activation in bytes.
  virtual std::size_t activation_bytes() const = 0;

  // Buffer (amt/ops/buffer.hpp) owns what allocate() returns.

  /// Aligned to 64 bytes at least, not initialised. Error that says how much was asked for.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  /// From host memory, which may be reused as soon as the call returns.
  virtual void to_device(void* device, const void* host, std::size_t bytes) = 0;
  /// Waits until the bytes are in host memory.
  virtual void to_host(void* host, const void* device, std::size_t bytes) = 0;
  virtual void zero(void* device, std::size_t bytes) = 0;
  /// Within the device: `rows` pieces of `bytes` each, which begin `to_stride` and `from_stride`
  /// bytes apart.
  virtual void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                         std::size_t bytes, std::size_t rows) = 0;
  /// Waits until everything queued is done; errors of queued work are thrown here at the latest.
  virtual void synchronise() = 0;

  virtual std::unique_ptr<DeviceTimer> make_timer() = 0;

  /// Null where the device has nothing to choose.
  virtual AlgorithmChoice* algorithms() { return nullptr; }

  // Weights (amt/ops/weights.hpp) makes these calls.

  /// parameters[0, count) may be given to operators as weights, with the values that they have now:
  /// a device that computes in another type than fp32 makes or refreshes its copy. Error if a part
  /// of them belongs to other weights.
  virtual void refresh_weights(const float* parameters, Dim count) = 0;
  /// What begins at `parameters`, if anything was refreshed there, is no longer used as weights.
  virtual void forget_weights(const float* parameters) noexcept = 0;
};

/// Every operator that a device has.
using Operators =
    OperatorList<EmbeddingForward, EmbeddingBackward, LayerNormForward, LayerNormBackward,
                 LinearForward, LinearBackward, AttentionForward, AttentionBackward, LmHeadTrain,
                 LmHeadLosses, LmHeadLogits, AdamW, Muon, SumOfSquares>;

/// run(const Op&) for each of them.
class Ops : public Interface<OpsMemory, Operators> {};

}  // namespace amt
