// A fake NCCL and, with fake_nccl_cuda.cpp, a fake CUDA runtime, linked instead of the real ones.
// They compute nothing, record the requests and the order in which a device would execute them, and
// fail on demand.
#pragma once

#include <cuda_runtime.h>
#include <nccl.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace amt::test {

/// Work on a stream, or a mark that a test has added to it.
struct FakeCall {
  enum Kind { kRecord, kWait, kSum, kReduce, kBroadcast, kGather, kMark } kind = kMark;
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  float* data = nullptr;
  std::int64_t count = 0;  ///< floats from `data` on that it writes
  int root = 0;            ///< of kReduce and kBroadcast
};

struct FakeNccl {
  std::vector<FakeCall> calls;  ///< in the order in which they reached their streams
  std::function<void(const FakeCall&)> arrived;  ///< called when a call reaches its stream

  // Set by tests to delay calls or make them fail.
  int polls = 0;           ///< number of polls for which each call is in progress; -1: forever
  int finalize_polls = 0;  ///< the same for ncclCommFinalize
  ncclResult_t id_result = ncclSuccess, call_result = ncclSuccess;
  ncclResult_t sum_result = ncclSuccess;      ///< result of ncclAllReduce
  ncclResult_t async_error = ncclSuccess;     ///< state of the communicator from now on
  cudaError_t event_state = cudaSuccess;      ///< result of querying any event
  cudaError_t stream_creation = cudaSuccess;  ///< result of cudaStreamCreateWithPriority
  cudaError_t allocation = cudaSuccess;       ///< result of cudaMalloc

  // Recorded by the fake.
  std::string id;          ///< unique id passed to ncclCommInitRankConfig
  std::string algorithms;  ///< value of NCCL_ALGO at that call
  int rank = -1, ranks = -1, blocking = -1, device = -1, priority = 0;
  int streams = 0, events = 0;  ///< created and not yet destroyed
  int groups = 0;               ///< groups that have ended
  std::size_t memory = 0;       ///< allocated device memory in bytes
  int finalized = 0, destroyed = 0, aborted = 0;
  bool stream_outlived_comm =
      false;  ///< a stream still existed when the communicator was destroyed

  /// Returns the position in `calls` before which all work on stream `earlier` is done when
  /// calls[i] starts; 0 if no such work is known to be done. Considers direct waits only.
  std::size_t follows(std::size_t i, cudaStream_t earlier) const;
  /// Adds a test's own work to a stream; returns its position in `calls`.
  std::size_t mark(cudaStream_t stream);
  std::vector<std::size_t> positions(FakeCall::Kind kind) const;

 private:
  /// Returns the position of the event record that the wait at position i refers to.
  std::size_t recorded(std::size_t i) const;
};

/// Imitates a CUDA call that waits for a device whose communication hangs: blocks until
/// ncclCommAbort is called. Returns false if that does not happen within a second.
bool wait_on_hanging_device();

/// The instance that the C functions use; each test begins with `fake() = {}`.
FakeNccl& fake();

}  // namespace amt::test
