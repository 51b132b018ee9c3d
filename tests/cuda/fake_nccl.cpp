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
  return calls.size();  // never recorded: waiting for it waits for nothing
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

int under_way = 0;             // questions left until the last call is done; -1: for ever
std::vector<FakeCall> queued;  // by it, then

std::map<void*, std::size_t> sizes;  // of device memory, in bytes

bool in_group = false;
std::vector<FakeCall> group;

/// What a non-blocking call answers, whose work reaches its stream only later.
ncclResult_t begin(int polls, std::vector<FakeCall> work) {
  if (fake().call_result != ncclSuccess) return fake().call_result;
  if (in_group) {
    group.insert(group.end(), work.begin(), work.end());
    return ncclSuccess;
  }
  under_way = polls;
  queued = std::move(work);
  if (polls != 0) return ncclInProgress;
  fake().calls.insert(fake().calls.end(), queued.begin(), queued.end());
  return ncclSuccess;
}

template <class Handle>
Handle handle() {
  static std::uintptr_t last = 0x1000;
  return reinterpret_cast<Handle>(++last);
}

/// The communicator is gone.
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
  *comm = amt::test::handle<ncclComm_t>();
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
    fake().calls.insert(fake().calls.end(), amt::test::queued.begin(), amt::test::queued.end());
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
ncclResult_t ncclCommFinalize(ncclComm_t) {
  ++fake().finalized;
  return amt::test::begin(fake().finalize_polls, {});
}
ncclResult_t ncclCommDestroy(ncclComm_t) { return amt::test::gone(fake().destroyed); }
ncclResult_t ncclCommAbort(ncclComm_t) { return amt::test::gone(fake().aborted); }
const char* ncclGetErrorString(ncclResult_t) { return "text of the error"; }
const char* ncclGetLastError(ncclComm_t) { return "last words\nof NCCL\n"; }

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
