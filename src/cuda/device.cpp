#include "device.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt::cuda {
namespace {

/// Returns what a user can do about an error of CUDA's runtime.
const char* advice(cudaError_t status) {
  switch (status) {
    case cudaErrorMemoryAllocation:
      return "lower trainer.per_device_parallelism or set model.gradient_checkpointing";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorInvalidDeviceFunction:
      return "the plug-in was built for other cards: build it with CMAKE_CUDA_ARCHITECTURES for "
             "this one";
    case cudaErrorInsufficientDriver:
      return "update the NVIDIA driver, or build with an older CUDA Toolkit";
    case cudaErrorInvalidDevice:
    case cudaErrorNoDevice:
    case cudaErrorDevicesUnavailable:
      return "check nvidia-smi and CUDA_VISIBLE_DEVICES, or use --device cpu";
    default:
      return "start again to resume from the last checkpoint; if it happens again, look for Xid "
             "errors in nvidia-smi -q and the kernel log";
  }
}

}  // namespace

void check(cudaError_t status, std::string_view what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // otherwise the next call would report the same error
  int device = 0;
  const bool known = cudaGetDevice(&device) == cudaSuccess;
  const std::string which = known ? fmt::format(" device {}", device) : "";
  throw Error(fmt::format("CUDA{}: {}: {} ({}): {}", which, what, cudaGetErrorString(status),
                          cudaGetErrorName(status), advice(status)));
}

Stream make_stream(int device) {
  check(cudaSetDevice(device), "choosing the device");
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a stream");
  return Stream(stream);
}

Stream make_urgent_stream(int device) {
  check(cudaSetDevice(device), "choosing the device");
  int least = 0, greatest = 0;
  check(cudaDeviceGetStreamPriorityRange(&least, &greatest), "reading the streams' priorities");
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest),
        "creating a stream");
  return Stream(stream);
}

namespace {
Event make_event_with(unsigned flags) {
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, flags), "creating an event");
  return Event(event);
}
}  // namespace

Event make_event() { return make_event_with(cudaEventDisableTiming); }

Event make_timing_event() { return make_event_with(cudaEventDefault); }

void queue_after(cudaStream_t later, cudaStream_t earlier, const Event& event) {
  check(cudaEventRecord(event.get(), earlier), "recording an event");
  check(cudaStreamWaitEvent(later, event.get(), 0), "waiting for an event");
}

Pinned make_pinned(std::size_t bytes) {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, bytes), "pinning host memory (is ulimit -l too low?)");
  return Pinned(static_cast<char*>(memory));
}

Memory make_memory(std::size_t bytes, std::string_view what) {
  void* memory = nullptr;
  check(cudaMalloc(&memory, bytes), what);
  return Memory(static_cast<char*>(memory));
}

std::string device_name(int device) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device), "reading the device's name");
  return properties.name;
}

}  // namespace amt::cuda
