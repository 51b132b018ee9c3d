#include "nccl_communicator.hpp"

#include <cstddef>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include "amt/mpi/run_on_all.hpp"
#include "device.hpp"
#include "nccl_wait.hpp"

namespace amt::cuda {

NcclCommunicator::NcclCommunicator(const mpi::Communicator& ranks, NcclPlace place, double seconds)
    : place_(std::move(place)), seconds_(seconds), exceptions_(std::uncaught_exceptions()) {
  try {
    meet(ranks);
  } catch (...) {
    abort();  // the destructor will not run
    throw;
  }
}

void NcclCommunicator::meet(const mpi::Communicator& ranks) {
  ncclUniqueId id{};
  mpi::run_on_all(ranks, [&] {
    if (place_.rank == 0) check(ncclGetUniqueId(&id), "creating an id for the ranks");
  });
  ranks.broadcast(std::as_writable_bytes(std::span(&id, 1)), 0);
  mpi::run_on_all(ranks, [&] {
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    check(ncclCommInitRankConfig(&comm_, place_.ranks, id, place_.rank, &config),
          "connecting all ranks");
    settle("connecting all ranks");
  });
}

NcclCommunicator::~NcclCommunicator() {
  if (comm_ == nullptr) return;
  // During an exception the other ranks may be gone, and finalizing would wait for them.
  if (std::uncaught_exceptions() == exceptions_ && finalized()) {
    ncclCommDestroy(comm_);
  } else {
    abort();
  }
}

bool NcclCommunicator::finalized() {
  const ncclResult_t begun = ncclCommFinalize(comm_);
  if (begun != ncclSuccess && begun != ncclInProgress) return false;
  return wait_until([this] { return state() != ncclInProgress; }, seconds_) &&
         state() == ncclSuccess;
}

void NcclCommunicator::abort() noexcept {
  const std::scoped_lock lock(mutex_);
  locked_abort();
}

void NcclCommunicator::locked_abort() noexcept {
  if (comm_ != nullptr) ncclCommAbort(std::exchange(comm_, nullptr));
}

void NcclCommunicator::poll() noexcept {
  const std::scoped_lock lock(mutex_);
  const ncclResult_t now = locked_state();
  if (comm_ == nullptr || now == ncclSuccess || now == ncclInProgress) return;
  failure_ = now;
  locked_abort();
}

void NcclCommunicator::fail(const Error& error) {
  abort();
  throw error;
}

/// Returns the last error of any communicator in this process: ncclGetLastError ignores its
/// argument.
std::string NcclCommunicator::last_error() const { return ncclGetLastError(nullptr); }

void NcclCommunicator::check(ncclResult_t result, std::string_view what) {
  if (result == ncclSuccess || result == ncclInProgress) return;
  fail(nccl_failure(place_, what, result, last_error()));
}

/// Returns ncclInProgress while one of NCCL's threads is still working on the last call.
ncclResult_t NcclCommunicator::state() {
  const std::scoped_lock lock(mutex_);
  return locked_state();
}

ncclResult_t NcclCommunicator::locked_state() noexcept {
  if (comm_ == nullptr) return failure_;
  ncclResult_t async = ncclSuccess;
  const ncclResult_t asked = ncclCommGetAsyncError(comm_, &async);
  return asked == ncclSuccess ? async : asked;
}

void NcclCommunicator::settle(std::string_view what) {
  ncclResult_t now = ncclInProgress;
  const auto ready = [&] { return (now = state()) != ncclInProgress; };
  if (!wait_until(ready, seconds_)) fail(nccl_timeout(place_, what, seconds_, last_error()));
  check(now, what);
}

void NcclCommunicator::check_health(std::string_view what) { check(state(), what); }

void NcclCommunicator::start(const std::function<ncclResult_t()>& call, std::string_view what) {
  ncclResult_t result = ncclSuccess;
  {
    const std::scoped_lock lock(mutex_);
    result = comm_ != nullptr ? call() : failure_;
  }
  check(result, what);
  settle(what);
}

void NcclCommunicator::start_all_reduce(float* data, std::int64_t count, cudaStream_t stream,
                                        std::string_view what) {
  const auto call = [&] {
    return ncclAllReduce(data, data, count, ncclFloat32, ncclSum, comm_, stream);
  };
  start(call, what);
}

/// Makes all calls to NCCL as one group.
void NcclCommunicator::start_group(std::span<const std::function<ncclResult_t()>> calls,
                                   std::string_view what) {
  const auto all = [&] {
    ncclResult_t result = ncclGroupStart();
    if (result != ncclSuccess) return result;
    for (const auto& call : calls) {
      result = call();
      if (result != ncclSuccess && result != ncclInProgress) break;
    }
    const ncclResult_t ended = ncclGroupEnd();  // needed after a failure, too, to close the group
    return result == ncclSuccess || result == ncclInProgress ? ended : result;
  };
  start(all, what);
}

void NcclCommunicator::start_parts(std::span<const RankPart> parts,
                                   const std::function<ncclResult_t(const RankPart&)>& call,
                                   std::string_view what) {
  std::vector<std::function<ncclResult_t()>> calls;
  for (const RankPart& part : parts) calls.emplace_back([&] { return call(part); });
  start_group(calls, what);
}

void NcclCommunicator::start_reduces(std::span<const RankPart> parts, cudaStream_t stream,
                                     std::string_view what) {
  const auto call = [&](const RankPart& part) {
    return ncclReduce(part.data, part.data, part.count, ncclFloat32, ncclSum, part.rank, comm_,
                      stream);
  };
  start_parts(parts, call, what);
}

ncclResult_t NcclCommunicator::broadcast(const RankPart& part, cudaStream_t stream) {
  return ncclBroadcast(part.data, part.data, part.count, ncclFloat32, part.rank, comm_, stream);
}

void NcclCommunicator::start_broadcasts(std::span<const RankPart> parts, cudaStream_t stream,
                                        std::string_view what) {
  start_parts(
      parts, [&](const RankPart& part) { return broadcast(part, stream); }, what);
}

void NcclCommunicator::start_all_gather(float* data, std::int64_t count, const RankPart& rest,
                                        cudaStream_t stream, std::string_view what) {
  std::vector<std::function<ncclResult_t()>> calls = {[&] {
    return ncclAllGather(data + place_.rank * count, data, count, ncclFloat32, comm_, stream);
  }};
  if (rest.count > 0) calls.emplace_back([&] { return broadcast(rest, stream); });
  start_group(calls, what);
}

void NcclCommunicator::wait_for(cudaEvent_t event, std::string_view what, double seconds) {
  cudaError_t reached = cudaErrorNotReady;
  ncclResult_t now = ncclSuccess;
  const auto over = [&] {
    return (now = state()) != ncclSuccess || (reached = cudaEventQuery(event)) != cudaErrorNotReady;
  };
  if (!wait_until(over, seconds)) fail(nccl_timeout(place_, what, seconds, last_error()));
  check(now, what);
  if (reached != cudaSuccess) abort();
  cuda::check(reached, what);
}

}  // namespace amt::cuda
