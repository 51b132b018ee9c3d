// CUDA's run time for programs without a GPU: device memory is host memory, as large as a test
// says. Copies to the device are late: each is done when something waits for it, so that memory
// which is used again too early shows.
#pragma once

#include <cstddef>

#include "timeline.hpp"

namespace amt::cuda::fake {

struct Device {
  test::Timeline* timeline = nullptr;  ///< what is told of streams, events and copies, if any
  std::size_t memory_bytes = std::size_t{1} << 40;
  std::size_t used_bytes = 0;
  std::size_t waits = 0;      ///< for the whole stream
  std::size_t most_used = 0;  ///< bytes
  bool broken = false;        ///< every launch and copy fails
  double milliseconds = 0;    ///< that all work so far has taken
  // cuDNN's stand-in.
  const char* cudnn_lacks = nullptr;                  ///< why it has no plan; null: it has one
  const char* cudnn_lacks_backward = nullptr;         ///< of the gradient alone
  std::size_t asked_forward = 0, asked_backward = 0;  ///< whether it has one
  std::size_t fused_calls = 0;
};
Device& device();

/// Bytes of a device's allocation from `p`, inside of it, to its end; 0 if it is in none.
std::size_t room(const void* p);

/// Does all late copies.
void finish();
/// From now on kernels find what was copied before.
void finish_before_launches();

}  // namespace amt::cuda::fake
