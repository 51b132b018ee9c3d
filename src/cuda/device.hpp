// Calls of CUDA's run time: checked once, handles with an owner, named ranges for profilers.
#pragma once

#include <cuda_runtime_api.h>
#include <nvtx3/nvToolsExt.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace amt::cuda {

/// Error that names `what` and what to do next, unless `status` is success. Errors of work that was
/// queued before may come out at any call.
void check(cudaError_t status, std::string_view what);

/// Makes `device` the calling thread's and shows a profiler the range `name` while it lives.
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

/// A stream of `device` that does not wait for the default one.
Stream make_stream(int device);
/// One that runs before others where both have work. `device` is the calling thread's then.
Stream make_urgent_stream(int device);
/// An event to wait for, without times.
Event make_event();
/// What is queued in `later` from now on starts after what is queued in `earlier` by now. Does not
/// wait on the host. `event` may be used again at once: a wait that was queued is for what was
/// recorded before it.
void queue_after(cudaStream_t later, cudaStream_t earlier, const Event& event);
/// An event that knows when the device passed it.
Event make_timing_event();
/// Host memory that the device reads by itself.
Pinned make_pinned(std::size_t bytes);
/// Memory of the calling thread's device, for what has no Ops; `what` it is for, in an error.
Memory make_memory(std::size_t bytes, std::string_view what);

/// "NVIDIA H200"
std::string device_name(int device);

}  // namespace amt::cuda
