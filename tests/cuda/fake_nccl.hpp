// A fake NCCL and, with fake_nccl_cuda.cpp, a fake CUDA runtime, linked in their place. It computes
// nothing, records what was requested and in which order the device would have to do it, and fails
// when told to.
#pragma once

#include <cuda_runtime.h>
#include <nccl.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace amt::test {

/// Work on a stream, or a mark that a test has put there.
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
  std::function<void(const FakeCall&)> arrived;  ///< called when one reaches its stream

  // How it fails.
  int polls = 0;           ///< a call is in progress for that many polls; -1: forever
  int finalize_polls = 0;  ///< the same for ncclCommFinalize
  ncclResult_t id_result = ncclSuccess, call_result = ncclSuccess;
  ncclResult_t sum_result = ncclSuccess;      ///< result of ncclAllReduce
  ncclResult_t async_error = ncclSuccess;     ///< state of the communicator from now on
  cudaError_t event_state = cudaSuccess;      ///< result of querying any event
  cudaError_t stream_creation = cudaSuccess;  ///< result of cudaStreamCreateWithPriority
  cudaError_t allocation = cudaSuccess;       ///< result of cudaMalloc

  // What was requested.
  std::string id;          ///< with which the communicator was made
  std::string algorithms;  ///< NCCL_ALGO when it was made
  int rank = -1, ranks = -1, blocking = -1, device = -1, priority = 0;
  int streams = 0, events = 0;  ///< created and not yet destroyed
  int groups = 0;               ///< that have ended
  std::size_t memory = 0;       ///< device memory that is allocated, in bytes
  int finalized = 0, destroyed = 0, aborted = 0;
  bool stream_outlived_comm =
      false;  ///< a stream still existed when the communicator was destroyed

  /// Returns the position in `calls` up to which everything on stream `earlier` is done when
  /// calls[i] starts; 0 if the two are not ordered. Considers direct waits only.
  std::size_t follows(std::size_t i, cudaStream_t earlier) const;
  /// Puts a test's own work on a stream; returns its position.
  std::size_t mark(cudaStream_t stream);
  std::vector<std::size_t> positions(FakeCall::Kind kind) const;

 private:
  /// Position of the record that the wait at position i refers to.
  std::size_t recorded(std::size_t i) const;
};

/// Behaves like a CUDA call that waits for a device whose communication hangs: returns after
/// ncclCommAbort. False if that does not happen within a second.
bool wait_on_hanging_device();

/// The instance that the C functions use; each test begins with `fake() = {}`.
FakeNccl& fake();

}  // namespace amt::test
