// Tests how an NcclReducer starts: ranks connect, algorithms are chosen, and the network is tested.
#include <cstdlib>
#include <functional>

#include "nccl_fixture.hpp"
#include "src/cuda/nccl_failure.hpp"
#include "support/refusal.hpp"

namespace amt::cuda {
namespace {

TEST_F(NcclReducerTest, RanksConnectWithRankZerosIdWithoutBlocking) {
  fake().polls = 3;
  make();
  EXPECT_EQ(fake().id, "made by rank 0");
  EXPECT_EQ(fake().rank, world_.rank());
  EXPECT_EQ(fake().ranks, world_.size());
  EXPECT_EQ(fake().blocking, 0);
  EXPECT_EQ(fake().device, 3);
  EXPECT_EQ(fake().priority, -5);
  EXPECT_EQ(reducer_->name(), "nccl");
}

// --- NCCL's algorithms ---

/// Returns what rank 0 logs while `work` creates a reducer.
std::string said_by(const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

// Sums computed with NVLS differ from call to call (NVIDIA/nccl issue 1497).
TEST_F(NcclReducerTest, DeterministicSumsAvoidNvls) {
  const std::string said = said_by([this] { make(); });
  EXPECT_EQ(fake().algorithms, "^NVLS,NVLSTree");
  EXPECT_NE(said.find("NCCL_ALGO=^NVLS,NVLSTree "), std::string::npos) << said;
}

TEST_F(NcclReducerTest, TheUsersChoiceOfAlgorithmsHasPriority) {
  setenv("NCCL_ALGO", "Tree", 1);
  const std::string said = said_by([this] { make(); });
  EXPECT_EQ(fake().algorithms, "Tree");
  EXPECT_NE(said.find("NCCL_ALGO=Tree "), std::string::npos) << said;
}

TEST_F(NcclReducerTest, NonDeterministicSumsMayUseAnyAlgorithm) {
  const std::string said =
      said_by([this] { reducer_ = make_nccl_reducer(3, kCompute, world_, kSeconds, false); });
  EXPECT_EQ(fake().algorithms, "");
  EXPECT_EQ(said, "");
}

// --- The network test ---

// NCCL allocates memory at the first exchange of each kind. All kinds must therefore occur, and the
// test's own memory be freed, before anybody asks how much memory is free.
TEST_F(NcclReducerTest, EveryKindOfExchangeOccursBeforeFreeMemoryIsRead) {
  fake().polls = 2;
  reducer_ = make_nccl_reducer(3, kCompute, world_, kSeconds);
  const auto largest = [](FakeCall::Kind kind) {
    std::int64_t count = 0;
    for (const std::size_t i : fake().positions(kind)) {
      count = std::max(count, fake().calls[i].count);
    }
    return count;
  };
  EXPECT_EQ(largest(FakeCall::kBroadcast), kBucketFloats);
  EXPECT_EQ(largest(FakeCall::kSum), kBucketFloats);
  EXPECT_EQ(fake().positions(FakeCall::kSum).size(), 3u) << "one size for each of NCCL's protocols";
  const auto ranks = static_cast<std::size_t>(world_.size());
  EXPECT_EQ(fake().positions(FakeCall::kReduce).size(), ranks);
  EXPECT_GE(fake().positions(FakeCall::kBroadcast).size(), 1 + ranks) << "and slices to all";
  EXPECT_EQ(fake().positions(FakeCall::kGather).size(), ranks > 1 ? 1u : 0u);
  EXPECT_EQ(fake().memory, 0u);
  EXPECT_EQ(reducer_->reduced_bytes(), 0u);
}

TEST_F(NcclReducerTest, AHangingNetworkIsDetectedAtTheStart) {
  fake().event_state = cudaErrorNotReady;
  const std::string message = failure([&] { make(); });
  expect_named(message, "GPUs of " + world_.host());
  EXPECT_TRUE(test::says(message, {"NCCL_SOCKET_IFNAME", "NCCL_P2P_DISABLE"}));
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().streams + fake().events, 0);
  EXPECT_EQ(fake().memory, 0u);
}

TEST_F(NcclReducerTest, AFailingNetworkIsDetectedAtTheStart) {
  fake().sum_result = ncclSystemError;
  expect_named(failure([&] { make(); }), "GPUs of " + world_.host() + " failed");
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().memory, 0u);
}

TEST_F(NcclReducerTest, TooLittleMemoryForTheNetworkTestIsAnError) {
  fake().allocation = cudaErrorMemoryAllocation;
  expect_device(failure([&] { make(); }), "trainer.per_device_parallelism");
  EXPECT_EQ(fake().aborted, 1);
}

TEST(NcclFailure, NamesTheNetworkByItsHosts) {
  EXPECT_TRUE(test::says(network_between({"a", "a"}), {"GPUs", " a"}));
  EXPECT_TRUE(test::says(network_between({"a", "a", "b", "b"}), {" a, b"}));
  EXPECT_TRUE(
      test::says(network_between({"a", "b", "c", "d", "e", "f"}), {" a, b, c, d and 2 others"}));
}

}  // namespace
}  // namespace amt::cuda
