#include "fake_nccl.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

namespace amt::test {

FakeNccl& fake() {
  static FakeNccl one;
  return one;
}

std::size_t FakeNccl::recorded(std::size_t i) const {
  for (std::size_t j = i; j-- > 0;) {
    if (calls[j].kind == FakeCall::kRecord && calls[j].event == calls[i].event) return j;
  }
  return calls.size();  // the event was never recorded, so waiting for it returns at once
}

std::size_t FakeNccl::follows(std::size_t i, cudaStream_t earlier) const {
  std::size_t upto = 0;
  for (std::size_t j = 0; j < i; ++j) {
    if (calls[j].kind != FakeCall::kWait || calls[j].stream != calls[i].stream) continue;
    const std::size_t record = recorded(j);
    if (record < calls.size() && calls[record].stream == earlier) upto = std::max(upto, record);
  }
  return upto;
}

std::size_t FakeNccl::mark(cudaStream_t stream) {
  calls.push_back({FakeCall::kMark, stream});
  return calls.size() - 1;
}

std::vector<std::size_t> FakeNccl::positions(FakeCall::Kind kind) const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].kind == kind) all.push_back(i);
  }
  return all;
}

bool wait_on_hanging_device() {
  using namespace std::chrono_literals;
  for (int i = 0; i < 1000; ++i) {
    if (std::atomic_ref(fake().aborted) > 0) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

namespace {

int under_way = 0;             // polls until the last call completes; -1: it never does
std::vector<FakeCall> queued;  // work that the call adds to its stream when it completes

bool in_group = false;
std::vector<FakeCall> group;

/// Adds the last call's work to its stream.
void arrive() {
  for (const FakeCall& call : queued) {
    fake().calls.push_back(call);
    if (fake().arrived) fake().arrived(call);
  }
}

/// Starts a non-blocking call whose work reaches its stream after `polls` polls; returns its
/// result.
ncclResult_t begin(int polls, std::vector<FakeCall> work) {
  if (fake().call_result != ncclSuccess) return fake().call_result;
  if (in_group) {
    group.insert(group.end(), work.begin(), work.end());
    return ncclSuccess;
  }
  under_way = polls;
  queued = std::move(work);
  if (polls != 0) return ncclInProgress;
  arrive();
  return ncclSuccess;
}

/// Counts the end of the communicator in `count`.
ncclResult_t gone(int& count) {
  under_way = 0;
  fake().stream_outlived_comm = fake().streams > 0;
  ++std::atomic_ref(count);
  return ncclSuccess;
}

}  // namespace
}  // namespace amt::test

using amt::test::fake;
using amt::test::FakeCall;

extern "C" {

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  std::strcpy(id->internal, "made by rank 0");
  return fake().id_result;
}
ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  *comm = reinterpret_cast<ncclComm_t>(std::uintptr_t{0x1000});
  fake().id = id.internal;
  const char* algorithms = std::getenv("NCCL_ALGO");
  fake().algorithms = algorithms == nullptr ? "" : algorithms;
  fake().rank = rank;
  fake().ranks = ranks;
  fake().blocking = config->blocking;
  return amt::test::begin(fake().polls, {});
}
ncclResult_t ncclCommGetAsyncError(ncclComm_t, ncclResult_t* state) {
  using amt::test::under_way;
  *state = std::atomic_ref(fake().async_error);
  if (*state != ncclSuccess || under_way == 0) return ncclSuccess;
  if (under_way > 0 && --under_way == 0) {
    amt::test::arrive();
    return ncclSuccess;
  }
  *state = ncclInProgress;
  return ncclSuccess;
}
ncclResult_t ncclAllReduce(const void* from, void* to, size_t count, ncclDataType_t type,
                           ncclRedOp_t op, ncclComm_t, cudaStream_t stream) {
  if (from != to || type != ncclFloat32 || op != ncclSum) return ncclInvalidArgument;
  if (fake().sum_result != ncclSuccess) return fake().sum_result;
  return amt::test::begin(fake().polls, {{FakeCall::kSum, stream, nullptr, static_cast<float*>(to),
                                          static_cast<std::int64_t>(count)}});
}
ncclResult_t ncclReduce(const void* from, void* to, size_t count, ncclDataType_t type,
                        ncclRedOp_t op, int root, ncclComm_t, cudaStream_t stream) {
  if (from != to || type != ncclFloat32 || op != ncclSum) return ncclInvalidArgument;
  return amt::test::begin(fake().polls,
                          {{FakeCall::kReduce, stream, nullptr, static_cast<float*>(to),
                            static_cast<std::int64_t>(count), root}});
}
ncclResult_t ncclGroupStart() {
  amt::test::in_group = true;
  amt::test::group.clear();
  return ncclSuccess;
}
ncclResult_t ncclGroupEnd() {
  amt::test::in_group = false;
  ++fake().groups;
  return amt::test::begin(fake().polls, amt::test::group);
}
ncclResult_t ncclBroadcast(const void* from, void* to, size_t count, ncclDataType_t type, int root,
                           ncclComm_t, cudaStream_t stream) {
  if (from != to || type != ncclFloat32) return ncclInvalidArgument;
  return amt::test::begin(fake().polls,
                          {{FakeCall::kBroadcast, stream, nullptr, static_cast<float*>(to),
                            static_cast<std::int64_t>(count), root}});
}
ncclResult_t ncclAllGather(const void* from, void* to, size_t count, ncclDataType_t type,
                           ncclComm_t, cudaStream_t stream) {
  auto* const floats = static_cast<float*>(to);
  const auto each = static_cast<std::int64_t>(count);
  if (from != floats + fake().rank * each || type != ncclFloat32) return ncclInvalidArgument;
  return amt::test::begin(fake().polls,
                          {{FakeCall::kGather, stream, nullptr, floats, each * fake().ranks}});
}
ncclResult_t ncclCommFinalize(ncclComm_t) {
  ++fake().finalized;
  return amt::test::begin(fake().finalize_polls, {});
}
ncclResult_t ncclCommDestroy(ncclComm_t) { return amt::test::gone(fake().destroyed); }
ncclResult_t ncclCommAbort(ncclComm_t) { return amt::test::gone(fake().aborted); }
const char* ncclGetErrorString(ncclResult_t) { return "text of the error"; }
const char* ncclGetLastError(ncclComm_t) { return "last words\nof NCCL\n"; }

}  // extern "C"
