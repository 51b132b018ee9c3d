// Tests how an NcclReducer ends, and how it reports failures.
#include <atomic>

#include "nccl_fixture.hpp"
#include "support/refusal.hpp"

namespace amt::cuda {
namespace {

TEST_F(NcclReducerTest, EndsCleanly) {
  fake().polls = fake().finalize_polls = 3;
  make();
  reducer_->all_reduce(at(0), 100);
  reducer_->wait();
  reducer_.reset();
  EXPECT_EQ(fake().finalized, 1);
  EXPECT_EQ(fake().destroyed, 1);
  EXPECT_EQ(fake().aborted, 0);
  EXPECT_EQ(fake().streams, 0);
  EXPECT_EQ(fake().events, 0);
  EXPECT_TRUE(fake().stream_outlived_comm);
}

TEST_F(NcclReducerTest, EndsEvenIfTheOtherRanksDoNot) {
  fake().finalize_polls = -1;
  make();
  reducer_.reset();
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().destroyed, 0);
}

// After the last step's exchange of slices, other ranks may still be reading this rank's slice.
TEST_F(NcclReducerTest, WorkInProgressAtTheEndIsFinalized) {
  fake().finalize_polls = 3;
  make();
  reducer_->all_gather({at(0), Slices(1000, world_.size())});
  reducer_.reset();
  EXPECT_EQ(fake().finalized, 1);
  EXPECT_EQ(fake().destroyed, 1);
  EXPECT_EQ(fake().aborted, 0);
}

// Waiting could take forever, because the other ranks may never start the same sums.
TEST_F(NcclReducerTest, AnExceptionAbortsWithoutWaiting) {
  const std::string message = failure([&] {
    const auto reducer = make_nccl_reducer(3, kCompute, world_, kSeconds);
    reducer->all_reduce(at(0), kBucketFloats);
    throw Error("in a backward pass");
  });
  EXPECT_EQ(message, "in a backward pass");
  EXPECT_EQ(fake().finalized, 0);
  EXPECT_EQ(fake().aborted, 1);
}

// The destructor runs while an unrelated exception propagates; the reducer's own work has not
// failed.
TEST_F(NcclReducerTest, AReducerDestroyedDuringCleanUpIsFinalized) {
  struct CleanUp {
    const mpi::Communicator& world;
    ~CleanUp() { make_nccl_reducer(3, kCompute, world, kSeconds); }
  };
  failure([&] {
    const CleanUp on_the_way{world_};
    throw Error("unrelated");
  });
  EXPECT_EQ(fake().finalized, 1);
  EXPECT_EQ(fake().aborted, 0);
}

// --- Failures ---

TEST_F(NcclReducerTest, AFailedConnectionIsAnErrorOnAllRanks) {
  if (world_.rank() == world_.size() - 1) fake().polls = -1;
  const std::string message = failure([&] { make(); });
  EXPECT_TRUE(
      test::says(message, {"rank " + std::to_string(world_.size() - 1), "(last words of NCCL)"}));
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().streams + fake().events, 0);
}

TEST_F(NcclReducerTest, AMissingIdIsAnErrorOnAllRanks) {
  fake().id_result = ncclSystemError;
  EXPECT_TRUE(test::says(failure([&] { make(); }), {"failed", "rank 0"}));
  EXPECT_EQ(fake().ranks, -1) << "no rank may start to connect";
}

TEST_F(NcclReducerTest, ADuplicateDeviceIsExplained) {
  fake().call_result = ncclInvalidUsage;
  EXPECT_TRUE(test::says(failure([&] { make(); }), {"each rank", "device"}));
}

TEST_F(NcclReducerTest, AMissingStreamIsAnError) {
  fake().stream_creation = cudaErrorMemoryAllocation;
  expect_device(failure([&] { make(); }), "creating a stream");
}

TEST_F(NcclReducerTest, AFailedCallThrowsAndAborts) {
  make();
  fake().call_result = ncclSystemError;
  expect_named(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }),
               "the sum of gradients failed");
  EXPECT_EQ(fake().aborted, 1);
}

TEST_F(NcclReducerTest, WaitThrowsAnAsyncError) {
  make();
  reducer_->all_reduce(at(0), kBucketFloats);
  fake().async_error = ncclRemoteError;
  expect_named(failure([&] { reducer_->wait(); }), "another rank ended");
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_NE(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }), "")
      << "the reducer must stay failed";
  reducer_.reset();
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().finalized, 0);
}

// An aborted sum looks complete to its stream, but no update may follow.
TEST_F(NcclReducerTest, AnAsyncErrorDuringTheWaitIsThrown) {
  make();
  reducer_->all_reduce(at(0), kBucketFloats);
  fake().event_state = cudaErrorNotReady;
  const std::jthread network([] {
    std::this_thread::sleep_for(std::chrono::duration<double>(3 * kSeconds));
    std::atomic_ref(fake().async_error) = ncclRemoteError;
  });
  const auto start = std::chrono::steady_clock::now();
  expect_named(failure([&] { reducer_->wait(); }), "the sum of gradients failed");
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
  EXPECT_GT(waited.count(), 2 * kSeconds) << "wait() must not time out while a rank is merely slow";
  EXPECT_EQ(fake().aborted, 1);
}

TEST_F(NcclReducerTest, AFailedExchangeOfSlicesIsReportedAndClosesItsGroup) {
  make();
  fake().call_result = ncclSystemError;
  expect_named(failure([&] {
                 reducer_->all_gather({at(0), Slices(1000, world_.size())});
               }),
               "the exchange of updated slices failed");
  EXPECT_EQ(fake().groups, 1);
  EXPECT_EQ(fake().aborted, 1);
}

// While the main thread waits in CUDA and cannot poll, a watchdog polls instead.
TEST_F(NcclReducerTest, APollEndsAWaitAfterANetworkFailure) {
  make();
  reducer_->all_gather({at(0), Slices(1000, world_.size())});
  reducer_->poll();
  EXPECT_EQ(fake().aborted, 0) << "nothing has failed yet";
  fake().async_error = ncclSystemError;
  watched([] { EXPECT_TRUE(test::wait_on_hanging_device()); });
  fake().async_error = ncclSuccess;  // no communicator is left to poll
  expect_named(failure([&] { reducer_->wait(); }), "NCCL_SOCKET_IFNAME");
  expect_named(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }), "NCCL_SOCKET_IFNAME");
  reducer_->poll();
  reducer_.reset();
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().finalized + fake().destroyed, 0);
}

TEST_F(NcclReducerTest, APollDoesNotDisturbWorkInProgress) {
  make(60);
  fake().polls = 500;  // long enough for some calls to coincide with a poll
  watched([this] {
    for (int i = 0; i < 50; ++i) reducer_->all_reduce(at(0), kBucketFloats);
    reducer_->wait();
  });
  EXPECT_EQ(fake().aborted, 0);
  EXPECT_EQ(fake().positions(FakeCall::kSum).size(), 50u);
}

TEST_F(NcclReducerTest, WorkThatIsNeverQueuedTimesOut) {
  make();
  fake().polls = -1;
  expect_named(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }),
               "the sum of gradients did not finish within");
  EXPECT_EQ(fake().aborted, 1);
}

TEST_F(NcclReducerTest, ABroadcastThatNeverCompletesTimesOut) {
  make();
  fake().event_state = cudaErrorNotReady;
  expect_named(failure([&] { reducer_->broadcast(at(0), 10); }),
               "the broadcast of parameters did not finish within");
}

TEST_F(NcclReducerTest, ADeviceErrorIsThrown) {
  make();
  fake().event_state = cudaErrorIllegalAddress;
  expect_device(failure([&] { reducer_->broadcast(at(0), 10); }), "nvidia-smi");
  EXPECT_EQ(fake().aborted, 1);
}

}  // namespace
}  // namespace amt::cuda
