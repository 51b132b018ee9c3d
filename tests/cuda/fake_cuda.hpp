// The CUDA runtime for programs without a GPU: device memory is host memory of a size that the test
// chooses. Copies to the device are delayed until something waits for them, so that reusing memory
// too early has an effect. During a capture, a stream only records its kernels and products; calls
// that CUDA forbids then fail and invalidate the capture.
#pragma once

#include <cstddef>
#include <functional>

#include "timeline.hpp"

namespace amt::cuda::fake {

struct Device {
  test::Timeline* timeline = nullptr;  ///< notified of streams, events and copies, if any
  std::size_t memory_bytes = std::size_t{1} << 40;
  std::size_t used_bytes = 0;
  std::size_t waits = 0;      ///< for a whole stream
  std::size_t launches = 0;   ///< kernels, products, copies, graphs: calls that give a stream work
  std::size_t graphs = 0;     ///< that exist
  bool graphs_fail = false;   ///< none can be prepared
  std::size_t most_used = 0;  ///< bytes
  bool broken = false;        ///< every launch and copy fails
  double milliseconds = 0;    ///< taken by all work so far
  // For the fake cuDNN.
  const char* cudnn_lacks = nullptr;                  ///< why it has no plan; null: it has one
  const char* cudnn_lacks_backward = nullptr;         ///< the same for the gradient alone
  std::size_t asked_forward = 0, asked_backward = 0;  ///< queries whether it has one
  std::size_t fused_calls = 0;
};
Device& device();

/// Returns the bytes from `p` to the end of the device allocation that contains it; 0 if none does.
std::size_t room(const void* p);

/// Performs all delayed copies.
void finish();
/// Queues work on a stream. It is executed at once, after all delayed copies, or, if the stream is
/// being captured, whenever the graph is launched.
void submit(std::function<void()> work);
/// From now on, kernel launches are queued like this.
void take_launches();

}  // namespace amt::cuda::fake
