// A stand-in for NCCL and, with fake_nccl_cuda.cpp, the CUDA runtime, linked in their place: it
// computes nothing, writes down what was asked for and in which order the device would have to do
// it, and fails when told to.
#pragma once

#include <cuda_runtime.h>
#include <nccl.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace amt::test {

/// Work given to a stream, or a mark that a test has put there.
struct FakeCall {
  enum Kind { kRecord, kWait, kSum, kReduce, kBroadcast, kMark } kind = kMark;
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  float* data = nullptr;
  std::int64_t count = 0;
  int root = 0;  ///< of kReduce and kBroadcast
};

struct FakeNccl {
  std::vector<FakeCall> calls;  ///< in the order in which they reached their streams
  std::function<void(const FakeCall&)> arrived;  ///< called when one does

  // What goes wrong.
  int polls = 0;           ///< a call is under way for that many questions; -1: for ever
  int finalize_polls = 0;  ///< the same for ncclCommFinalize
  ncclResult_t id_result = ncclSuccess, call_result = ncclSuccess;
  ncclResult_t sum_result = ncclSuccess;      ///< of ncclAllReduce
  ncclResult_t async_error = ncclSuccess;     ///< of the communicator from now on
  cudaError_t event_state = cudaSuccess;      ///< of every event
  cudaError_t stream_creation = cudaSuccess;  ///< of cudaStreamCreateWithPriority
  cudaError_t allocation = cudaSuccess;       ///< of cudaMalloc

  // What was asked for.
  std::string id;          ///< that the communicator was made with
  std::string algorithms;  ///< NCCL_ALGO when it was made
  int rank = -1, ranks = -1, blocking = -1, device = -1, priority = 0;
  int streams = 0, events = 0;  ///< made and not destroyed
  int groups = 0;               ///< ended
  std::size_t memory = 0;       ///< bytes of devices that are allocated
  int finalized = 0, destroyed = 0, aborted = 0;
  bool stream_outlived_comm = false;  ///< a stream was there when the communicator went

  /// The position in `calls` up to which all that was given to `earlier` is done when calls[i]
  /// starts; 0 if they know nothing of each other. Sees direct waits only.
  std::size_t follows(std::size_t i, cudaStream_t earlier) const;
  /// Puts work of a test on a stream; returns its position.
  std::size_t mark(cudaStream_t stream);
  std::vector<std::size_t> positions(FakeCall::Kind kind) const;

 private:
  /// Of the recording that a wait at position i is for.
  std::size_t recorded(std::size_t i) const;
};

/// As a call of CUDA that waits for a device whose communication hangs: returns after
/// ncclCommAbort. False if that did not happen within a second.
bool wait_on_hanging_device();

/// The one that the C functions use; a test begins with `fake() = {}`.
FakeNccl& fake();

}  // namespace amt::test
