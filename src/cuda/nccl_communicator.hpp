// NCCL's communicator in non-blocking mode, so that a wait can be given up.
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

/// What one rank gives to all, or what is summed for it alone.
struct RankPart {
  int rank;
  float* data;
  std::int64_t count;
};

/// Owns a ncclComm_t in non-blocking mode. Every wait ends after `seconds`
/// with an Error, but for a wait_for() without limit, and so does every failure that NCCL reports,
/// at the next call; the communicator is aborted then. Calls are made by one thread, but for poll()
/// and abort().
class NcclCommunicator {
 public:
  /// Collective. Error on all ranks if any has not met the others within `seconds`.
  NcclCommunicator(const mpi::Communicator& ranks, NcclPlace place, double seconds);
  /// Finalizes, which lets work that is under way be done on all ranks: a rank whose own part is
  /// done may still hold what another one reads. Aborts if an exception is on its way, or if that
  /// takes more than `seconds`.
  ~NcclCommunicator();
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  /// Queues data[i] = sum over the ranks of data[i], fp32, in place. Does not wait for the device,
  /// but until the work is in `stream`, so that an event recorded next stands for it: in
  /// non-blocking mode NCCL itself returns before. The first call of a kind waits for the others.
  /// `what` it is, for messages.
  void start_all_reduce(float* data, std::int64_t count, cudaStream_t stream,
                        std::string_view what);
  /// Queues each part's sum over the ranks to its rank alone, in place, in the same way. The parts
  /// share the network.
  void start_reduces(std::span<const RankPart> parts, cudaStream_t stream, std::string_view what);
  /// Queues each part of its rank to all, in place, in the same way.
  void start_broadcasts(std::span<const RankPart> parts, cudaStream_t stream,
                        std::string_view what);
  /// Error if something has failed so far. Does not wait for the device.
  void check_health(std::string_view what);
  /// Waits until the device has passed `event`, no longer than `seconds`.
  void wait_for(cudaEvent_t event, std::string_view what,
                double seconds = std::numeric_limits<double>::infinity());

  /// Ends all communication, also kernels that wait on the device for a rank that is gone: after
  /// it, calls that block in CUDA return, and every call of this class throws. Never throws; the
  /// first call counts.
  void abort() noexcept;
  /// For another thread, while the calling one may be blocked in CUDA: abort() if NCCL has noticed
  /// a failure, which the next call then throws.
  void poll() noexcept;

 private:
  void meet(const mpi::Communicator& ranks);
  void start(const std::function<ncclResult_t()>& call, std::string_view what);
  void start_group(std::span<const RankPart> parts,
                   const std::function<ncclResult_t(const RankPart&)>& call, std::string_view what);
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
  int exceptions_;                          // under way when it was made
  std::mutex mutex_;                        // of the next two: poll() and abort() take comm_ away
  ncclComm_t comm_ = nullptr;               // null before the start and after abort()
  ncclResult_t failure_ = ncclRemoteError;  // why comm_ is gone, once it is
};

}  // namespace amt::cuda
