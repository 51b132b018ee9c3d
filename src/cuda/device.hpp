// Wrappers for CUDA's runtime: error checks, owning handles, named ranges for profilers.
#pragma once

#include <cuda_runtime_api.h>
#include <nvtx3/nvToolsExt.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace amt::cuda {

/// Throws an Error with `what` and advice unless `status` is success. Any call may report an error
/// in work that was queued earlier.
void check(cudaError_t status, std::string_view what);

/// Makes `device` current for the calling thread and shows profilers a range `name` for its
/// lifetime.
class Call {
 public:
  Call(int device, const char* name) {
    check(cudaSetDevice(device), "choosing the device");
    nvtxRangePushA(name);
  }
  ~Call() { nvtxRangePop(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
};

struct DestroyStream {
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
struct DestroyEvent {
  void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
};
struct FreePinned {
  void operator()(void* memory) const { cudaFreeHost(memory); }
};
struct FreeMemory {
  void operator()(void* memory) const { cudaFree(memory); }
};
using Stream = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, DestroyStream>;
using Event = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent>;
using Pinned = std::unique_ptr<char, FreePinned>;
using Memory = std::unique_ptr<char, FreeMemory>;

/// Creates a stream of `device` that does not wait for the default stream.
Stream make_stream(int device);
/// Creates a stream with the highest priority. Makes `device` current for the calling thread.
Stream make_urgent_stream(int device);
/// Creates an event without timing.
Event make_event();
/// Makes work that is queued in `later` from now on start after the work that is already queued in
/// `earlier`. Does not block the host. `event` may be reused at once: a queued wait refers to the
/// latest record before it.
void queue_after(cudaStream_t later, cudaStream_t earlier, const Event& event);
/// Creates an event with timing.
Event make_timing_event();
/// Allocates pinned host memory, which the device can access directly.
Pinned make_pinned(std::size_t bytes);
/// Allocates memory on the calling thread's device, for code that has no Ops. `what` appears in
/// error messages.
Memory make_memory(std::size_t bytes, std::string_view what);

/// Returns, for example, "NVIDIA H200".
std::string device_name(int device);

}  // namespace amt::cuda
