#include "fake_cuda.hpp"

#include <cuda_runtime_api.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace amt::cuda::fake {
namespace {

struct Queue {
  std::deque<std::function<void()>> late;
  std::size_t done = 0;
  std::size_t end() const { return done + late.size(); }
  void run_to(std::size_t place) {
    for (; done < place; ++done) {
      late.front()();
      late.pop_front();
    }
  }
};
Queue& queue() {
  static Queue queue;
  return queue;
}

std::map<void*, std::size_t>& sizes() {
  static std::map<void*, std::size_t> sizes;
  return sizes;
}

/// Calls f(timeline) if the test has set a timeline.
template <class F>
void tell(const F& f) {
  if (device().timeline != nullptr) f(*device().timeline);
}

using Use = test::Timeline::Use;

/// The work that a stream received during a capture.
struct Graph {
  std::vector<std::function<void()>> work;
  bool valid = true;
};
Graph* captured = nullptr;

cudaError_t status() { return device().broken ? cudaErrorIllegalAddress : cudaSuccess; }

/// Returns the error of a call that is not allowed during a capture, if there is one.
cudaError_t outside_capture() {
  if (captured == nullptr) return cudaSuccess;
  captured->valid = false;
  return cudaErrorStreamCaptureUnsupported;
}

/// The same for calls that queue work on a stream; counts them.
cudaError_t count_launch() {
  ++device().launches;
  return outside_capture();
}

}  // namespace

Device& device() {
  static Device device;
  return device;
}

std::size_t room(const void* p) {
  const auto next = sizes().upper_bound(const_cast<void*>(p));
  if (next == sizes().begin()) return 0;
  const auto& [begin, bytes] = *std::prev(next);
  const auto offset =
      static_cast<std::size_t>(static_cast<const char*>(p) - static_cast<const char*>(begin));
  return offset < bytes ? bytes - offset : 0;
}

void finish() { queue().run_to(queue().end()); }

void submit(std::function<void()> work) {
  if (captured != nullptr) return captured->work.push_back(std::move(work));
  ++device().launches;
  finish();
  work();
}

}  // namespace amt::cuda::fake

using namespace amt::cuda::fake;

extern "C" {

cudaError_t cudaSetDevice(int) { return cudaSuccess; }
cudaError_t cudaGetDevice(int* out) {
  *out = 0;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int) {
  std::strcpy(p->name, "No GPU");
  return cudaSuccess;
}
cudaError_t cudaGetLastError() { return status(); }
const char* cudaGetErrorString(cudaError_t) { return "the text"; }
const char* cudaGetErrorName(cudaError_t) { return "theName"; }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = reinterpret_cast<cudaStream_t>(new char);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = *greatest = 0;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
  return cudaStreamCreateWithFlags(stream, flags);
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete reinterpret_cast<char*>(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  tell([&](auto& timeline) { timeline.stream_waits(stream, event); });
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  captured = new Graph;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  Graph* const ended = std::exchange(captured, nullptr);
  const bool valid = ended->valid;
  if (!valid) delete ended;
  *graph = valid ? reinterpret_cast<cudaGraph_t>(ended) : nullptr;
  return valid ? cudaSuccess : cudaErrorStreamCaptureInvalidated;
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* launchable, cudaGraph_t graph,
                                          unsigned long long) {
  if (device().graphs_fail) return cudaErrorMemoryAllocation;
  ++device().graphs;
  *launchable = reinterpret_cast<cudaGraphExec_t>(new Graph(*reinterpret_cast<Graph*>(graph)));
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t launchable, cudaStream_t) {
  if (const cudaError_t refused = count_launch()) return refused;
  finish();
  for (const auto& work : reinterpret_cast<Graph*>(launchable)->work) work();
  return status();
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete reinterpret_cast<Graph*>(graph);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t launchable) {
  --device().graphs;
  delete reinterpret_cast<Graph*>(launchable);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (const cudaError_t refused = outside_capture()) return refused;
  ++device().waits;
  finish();
  tell([&](auto& timeline) { timeline.host_waits_for_stream(stream); });
  return status();
}

struct Recorded {
  std::size_t place = 0;    // position in the queue when the event was recorded
  double milliseconds = 0;  // device().milliseconds at that time
};
static Recorded& recorded(cudaEvent_t event) { return *reinterpret_cast<Recorded*>(event); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = reinterpret_cast<cudaEvent_t>(new Recorded);
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete &recorded(event);
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  tell([&](auto& timeline) { timeline.record(event, stream); });
  recorded(event) = {queue().end(), device().milliseconds};
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (const cudaError_t refused = outside_capture()) return refused;
  queue().run_to(recorded(event).place);
  tell([&](auto& timeline) { timeline.host_waits_for_event(event); });
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) { return cudaEventSynchronize(event); }
// Counts a millisecond per copy between the events, plus the time of other work.
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  tell([&](auto& timeline) {
    timeline.host_asks_time_of(from);
    timeline.host_asks_time_of(to);
  });
  const Recorded &begin = recorded(from), &end = recorded(to);
  const auto copies = static_cast<double>(end.place - begin.place);
  *milliseconds = static_cast<float>(copies + end.milliseconds - begin.milliseconds);
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (const cudaError_t refused = outside_capture()) return refused;
  Device& d = device();
  if (d.used_bytes + bytes > d.memory_bytes) return cudaErrorMemoryAllocation;
  d.used_bytes += bytes;
  d.most_used = std::max(d.most_used, d.used_bytes);
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*memory, 0xFF, bytes);  // NaN, because a device's memory is not zeroed
  sizes()[*memory] = bytes;
  tell([&](auto& timeline) { timeline.forget(*memory, bytes); });
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  finish();
  tell([&](auto& timeline) { timeline.host_waits_for_all(); });
  device().used_bytes -= sizes()[memory];
  sizes().erase(memory);
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = device().memory_bytes;
  *free = device().memory_bytes - device().used_bytes;
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  if (const cudaError_t refused = count_launch()) return refused;
  finish();
  tell([&](auto& timeline) {
    timeline.queue(stream, "zero");
    timeline.touches(stream, memory, bytes, Use::kWrites);
  });
  std::memset(memory, value, bytes);
  return status();
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (const cudaError_t refused = count_launch()) return refused;
  const bool up = kind == cudaMemcpyHostToDevice;
  tell([&](auto& timeline) {
    // Counts as a write by the host, which has not waited for anything since it wrote the source.
    if (up) timeline.touches(timeline.kHost, from, bytes, Use::kWrites);
    timeline.queue(stream, up ? "copy to the device" : "copy to the host");
    timeline.touches(stream, from, bytes, Use::kReads);
    timeline.touches(stream, to, bytes, Use::kWrites);
    if (!up) timeline.copied_to_host(to, bytes);
  });
  if (up) {
    queue().late.push_back([=] { std::memcpy(to, from, bytes); });
  } else {
    finish();
    std::memcpy(to, from, bytes);
  }
  return status();
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from,
                              std::size_t from_pitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind, cudaStream_t) {
  if (const cudaError_t refused = count_launch()) return refused;
  finish();
  for (std::size_t i = 0; i < height; ++i) {
    std::memcpy(static_cast<char*>(to) + i * to_pitch,
                static_cast<const char*>(from) + i * from_pitch, width);
  }
  return status();
}

}  // extern "C"
