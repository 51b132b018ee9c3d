// A fake of those CUDA runtime functions that NcclReducer calls. It records the work queued on
// streams and executes nothing.
#include <map>

#include "fake_nccl.hpp"

namespace amt::test {
namespace {

std::map<void*, std::size_t> sizes;  // bytes of each allocation of device memory

template <class Handle>
Handle handle() {
  static std::uintptr_t last = 0x2000;
  return reinterpret_cast<Handle>(++last);
}

}  // namespace
}  // namespace amt::test

using amt::test::fake;
using amt::test::FakeCall;

extern "C" {

cudaError_t cudaSetDevice(int device) {
  fake().device = device;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int priority) {
  if (fake().stream_creation != cudaSuccess) return fake().stream_creation;
  *stream = amt::test::handle<cudaStream_t>();
  fake().priority = priority;
  ++fake().streams;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t) {
  --fake().streams;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = amt::test::handle<cudaEvent_t>();
  ++fake().events;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t) {
  --fake().events;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  fake().calls.push_back({FakeCall::kRecord, stream, event});
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  fake().calls.push_back({FakeCall::kWait, stream, event});
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, unsigned) { return cudaErrorNotSupported; }
cudaError_t cudaMallocHost(void**, size_t) { return cudaErrorNotSupported; }
cudaError_t cudaFreeHost(void*) { return cudaErrorNotSupported; }
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (fake().allocation != cudaSuccess) return fake().allocation;
  *memory = amt::test::handle<void*>();
  fake().memory += bytes;
  amt::test::sizes[*memory] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  fake().memory -= amt::test::sizes[memory];
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void*, int, std::size_t, cudaStream_t stream) {
  fake().mark(stream);
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp*, int) { return cudaErrorNotSupported; }
cudaError_t cudaGetDevice(int* device) {
  *device = fake().device;
  return cudaSuccess;
}
cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorName(cudaError_t) { return "nameOfTheError"; }
cudaError_t cudaEventQuery(cudaEvent_t) { return fake().event_state; }
const char* cudaGetErrorString(cudaError_t) { return "text of the error"; }

}  // extern "C"
