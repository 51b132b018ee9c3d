// A stream and an event with owners, for the communication.
#pragma once

#include <cuda_runtime.h>

#include "nccl_failure.hpp"

namespace amt::cuda {

/// A stream of the place's device, which becomes the current one, that runs before others where
/// both have work, so that sums are not kept waiting by the backward pass.
class UrgentStream {
 public:
  explicit UrgentStream(const NcclPlace& place) {
    check_cuda(place, "choosing the device", cudaSetDevice(place.device));
    int least = 0, greatest = 0;
    check_cuda(place, "reading the stream priorities",
               cudaDeviceGetStreamPriorityRange(&least, &greatest));
    check_cuda(place, "making a stream",
               cudaStreamCreateWithPriority(&stream_, cudaStreamNonBlocking, greatest));
  }
  ~UrgentStream() { cudaStreamDestroy(stream_); }
  UrgentStream(const UrgentStream&) = delete;
  UrgentStream& operator=(const UrgentStream&) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// A point in a stream that other streams wait for. May be recorded again at once: a wait that was
/// queued is for what was recorded before it.
class Event {
 public:
  explicit Event(const NcclPlace& place) {
    check_cuda(place, "making an event", cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
  }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

/// What is queued in `later` from now on starts after what is queued in `earlier` by now. Does not
/// wait on the host.
inline void queue_after(const NcclPlace& place, cudaStream_t later, cudaStream_t earlier,
                        const Event& event) {
  check_cuda(place, "recording an event", cudaEventRecord(event.get(), earlier));
  check_cuda(place, "waiting for an event", cudaStreamWaitEvent(later, event.get(), 0));
}

}  // namespace amt::cuda
