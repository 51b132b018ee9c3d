// NCCL's communicator in non-blocking mode, in which a wait can be abandoned.
#pragma once

#include <cuda_runtime.h>
#include <nccl.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "amt/mpi/communicator.hpp"
#include "nccl_failure.hpp"

namespace amt::cuda {

/// Data that one rank sends to all others, or whose sum only that rank receives.
struct RankPart {
  int rank;
  float* data;
  std::int64_t count;
};

/// Owns an ncclComm_t in non-blocking mode. Every wait, except a wait_for() without a limit, ends
/// after `seconds` with an Error. A failure that NCCL reports is thrown by the next call. In both
/// cases the communicator is aborted. All calls must come from one thread, except poll() and
/// abort().
class NcclCommunicator {
 public:
  /// Collective. Throws an Error on all ranks if one of them has not connected within `seconds`.
  NcclCommunicator(const mpi::Communicator& ranks, NcclPlace place, double seconds);
  /// Finalizes NCCL, which completes pending work on all ranks: a rank that has finished its own
  /// part may still own data that another rank reads. Aborts instead if an exception is
  /// propagating, or if finalizing takes more than `seconds`.
  ~NcclCommunicator();
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  /// Queues data[i] = sum over the ranks of data[i], fp32, in place. Does not wait for the device,
  /// but waits until the work is in `stream`, so that an event recorded next includes it; in
  /// non-blocking mode NCCL itself may return earlier. The first call of each kind waits for the
  /// other ranks. `what` appears in messages.
  void start_all_reduce(float* data, std::int64_t count, cudaStream_t stream,
                        std::string_view what);
  /// Queues the sum of each part over the ranks, in place, in the same way; only the part's rank
  /// receives it. All parts are reduced at the same time.
  void start_reduces(std::span<const RankPart> parts, cudaStream_t stream, std::string_view what);
  /// Queues the broadcast of each part from its rank to all ranks, in place, in the same way.
  void start_broadcasts(std::span<const RankPart> parts, cudaStream_t stream,
                        std::string_view what);
  /// Queues an in-place all-gather of equal parts: each rank sends its data[rank x count, (rank +
  /// 1) x count) to all ranks. `rest` is broadcast as by start_broadcasts(); it may be empty.
  void start_all_gather(float* data, std::int64_t count, const RankPart& rest, cudaStream_t stream,
                        std::string_view what);
  /// Throws an Error if anything has failed so far. Does not wait for the device.
  void check_health(std::string_view what);
  /// Waits until the device has passed `event`, at most `seconds`.
  void wait_for(cudaEvent_t event, std::string_view what,
                double seconds = std::numeric_limits<double>::infinity());

  /// Ends all communication, including kernels that wait on the device for a rank that has ended.
  /// Calls that block in CUDA then return, and every later call of this class throws. Never throws;
  /// further calls do nothing.
  void abort() noexcept;
  /// Aborts if NCCL has detected a failure, which the next call then throws. Meant for another
  /// thread, because the one that makes the calls may be blocked in CUDA.
  void poll() noexcept;

 private:
  void meet(const mpi::Communicator& ranks);
  void start(const std::function<ncclResult_t()>& call, std::string_view what);
  void start_group(std::span<const std::function<ncclResult_t()>> calls, std::string_view what);
  void start_parts(std::span<const RankPart> parts,
                   const std::function<ncclResult_t(const RankPart&)>& call, std::string_view what);
  ncclResult_t broadcast(const RankPart& part, cudaStream_t stream);
  void settle(std::string_view what);
  void check(ncclResult_t result, std::string_view what);
  ncclResult_t state();
  ncclResult_t locked_state() noexcept;
  void locked_abort() noexcept;
  bool finalized();
  std::string last_error() const;
  [[noreturn]] void fail(const Error& error);

  NcclPlace place_;
  double seconds_;
  int exceptions_;                          // propagating when this object was constructed
  std::mutex mutex_;                        // guards the next two: poll() and abort() reset comm_
  ncclComm_t comm_ = nullptr;               // null before the start and after abort()
  ncclResult_t failure_ = ncclRemoteError;  // why comm_ was aborted, if it was
};

}  // namespace amt::cuda
