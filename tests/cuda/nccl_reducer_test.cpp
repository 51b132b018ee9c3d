// The NCCL reducer against a stand-in for NCCL: what it asks for, in which order the device would
// do it, and what becomes of failures. Nothing here has run on a device.
#include "src/cuda/nccl_reducer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "amt/base/error.hpp"
#include "amt/collective/buckets.hpp"
#include "fake_nccl.hpp"
#include "src/cuda/nccl_failure.hpp"

namespace amt::cuda {
namespace {

using test::fake;
using test::FakeCall;

constexpr double kSeconds = 0.05;
const auto kCompute = reinterpret_cast<cudaStream_t>(7);

/// Addresses only: nothing is read or written.
float* at(std::int64_t i) { return reinterpret_cast<float*>(std::uintptr_t{1} << 40) + i; }

class NcclReducerTest : public testing::Test {
 protected:
  void SetUp() override { fake() = {}; }
  /// Forgets the trial of the network, which has tests of its own.
  void make(double seconds = kSeconds) {
    reducer_ = make_nccl_reducer(3, kCompute, world_, seconds);
    fake().calls.clear();
    fake().groups = 0;
  }
  /// Polls as a watchdog does, while `work` goes on.
  template <class Work>
  void watched(const Work& work) {
    const std::jthread watchdog([this](const std::stop_token& over) {
      for (; !over.stop_requested(); std::this_thread::sleep_for(std::chrono::microseconds(100))) {
        reducer_->poll();
      }
    });
    work();
  }
  /// The message that `work` fails with; "" if it does not.
  template <class Work>
  std::string failure(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void expect_named(const std::string& message, const std::string& text) {
    const std::string me = "rank " + std::to_string(world_.rank()) + " of " +
                           std::to_string(world_.size()) + " on " + world_.host() + ", device 3";
    EXPECT_NE(message.find(me), std::string::npos) << message;
    EXPECT_NE(message.find("; "), std::string::npos) << "what to do next: " << message;
    expect_line(message, text);
  }
  /// An error of CUDA alone, which names the device; the log names the rank.
  void expect_device(const std::string& message, const std::string& text) {
    EXPECT_NE(message.find("device 3"), std::string::npos) << message;
    expect_line(message, text);
  }
  void expect_line(const std::string& message, const std::string& text) {
    EXPECT_NE(message.find(text), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Reducer> reducer_;
};

TEST_F(NcclReducerTest, RanksMeetByTheIdOfRankZeroWithoutBlocking) {
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

// --- The trial of the network. ---

// NCCL allocates at the first exchange of each kind, so all of them are made before anybody reads
// how much memory is free, and the memory of the trial itself is back by then.
TEST_F(NcclReducerTest, EveryKindOfExchangeIsMadeBeforeMemoryIsRead) {
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
  EXPECT_EQ(fake().positions(FakeCall::kSum).size(), 3u) << "sizes, that may go different ways";
  const auto ranks = static_cast<std::size_t>(world_.size());
  EXPECT_EQ(fake().positions(FakeCall::kReduce).size(), ranks);
  EXPECT_EQ(fake().positions(FakeCall::kBroadcast).size(), 1 + ranks) << "and slices to all";
  EXPECT_EQ(fake().memory, 0u);
  EXPECT_EQ(reducer_->reduced_bytes(), 0u);
}

TEST_F(NcclReducerTest, ANetworkThatHangsIsFoundAtTheStart) {
  fake().event_state = cudaErrorNotReady;
  const std::string message = failure([&] { make(); });
  expect_named(message, "the trial of the links between the GPUs of " + world_.host() +
                            " was not done after");
  EXPECT_NE(message.find("NCCL_SOCKET_IFNAME"), std::string::npos) << message;
  EXPECT_NE(message.find("NCCL_P2P_DISABLE"), std::string::npos) << message;
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().streams + fake().events, 0);
  EXPECT_EQ(fake().memory, 0u);
}

TEST_F(NcclReducerTest, ANetworkThatFailsIsFoundAtTheStart) {
  fake().sum_result = ncclSystemError;
  expect_named(failure([&] { make(); }),
               "the trial of the links between the GPUs of " + world_.host() + " failed");
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().memory, 0u);
}

TEST_F(NcclReducerTest, NoMemoryForTheTrialIsAnError) {
  fake().allocation = cudaErrorMemoryAllocation;
  expect_device(failure([&] { make(); }), "trainer.per_device_parallelism");
  EXPECT_EQ(fake().aborted, 1);
}

TEST(NcclFailure, ANetworkIsNamedByItsHosts) {
  EXPECT_EQ(network_between({"a", "a"}), "the links between the GPUs of a");
  EXPECT_EQ(network_between({"a", "a", "b", "b"}), "the network of a, b");
  EXPECT_EQ(network_between({"a", "b", "c", "d", "e", "f"}),
            "the network of a, b, c, d and 2 others");
}

/// Backward passes in small: work on the compute stream, then the range that it has written.
struct Started {
  std::int64_t begin, count;
  std::size_t written;
};

constexpr std::int64_t kHalf = kBucketFloats / 2 + 1;
constexpr std::int64_t kAllFloats = 6 * kHalf + 2 * kBucketFloats + 3;

/// With `slices`, each rank gets its own sums alone.
void check_order(Reducer& reducer, const Slices* slices = nullptr) {
  std::vector<Started> started;
  const SlicedBuffer gradients{at(0), slices != nullptr ? *slices : Slices(kAllFloats, 1)};
  const auto start = [&](std::int64_t begin, std::int64_t count) {
    started.push_back({begin, count, fake().mark(kCompute)});
    if (slices == nullptr) return reducer.all_reduce(at(begin), count);
    reducer.reduce_scatter(gradients, {begin, begin + count});
  };
  for (int i = 5; i-- > 0;) start(i * kHalf, kHalf);
  start(6 * kHalf, 2 * kBucketFloats + 3);
  start(5 * kHalf + 100, 10);
  reducer.wait();
  const std::size_t used = fake().mark(kCompute);
  const auto sums = fake().positions(slices == nullptr ? FakeCall::kSum : FakeCall::kReduce);
  ASSERT_GE(sums.size(), 6u);
  EXPECT_GT(fake().follows(used, fake().calls[sums.back()].stream), sums.back());
  for (const Started& s : started) {
    std::int64_t summed = 0;
    for (const std::size_t i : sums) {
      const FakeCall& sum = fake().calls[i];
      EXPECT_NE(sum.stream, kCompute);
      EXPECT_LE(sum.count, kBucketFloats);
      const std::int64_t first = std::max(s.begin, static_cast<std::int64_t>(sum.data - at(0)));
      const std::int64_t end =
          std::min(s.begin + s.count, static_cast<std::int64_t>(sum.data - at(0)) + sum.count);
      if (end <= first) continue;
      summed += end - first;
      EXPECT_GT(fake().follows(i, kCompute), s.written);
    }
    EXPECT_EQ(summed, s.count) << "each float once";
  }
  for (const std::size_t i : fake().positions(FakeCall::kReduce)) {
    const FakeCall& sum = fake().calls[i];
    const Slice owned = gradients.slices.of(sum.root);
    EXPECT_GE(sum.data, at(owned.begin));
    EXPECT_LE(sum.data + sum.count, at(owned.end));
  }
}

TEST_F(NcclReducerTest, SumsFollowTheirGradientsAndUseFollowsTheSums) {
  make();
  check_order(*reducer_);
}

// In non-blocking mode work may reach its stream after the call has returned: an event that was
// recorded before that would not wait for it.
TEST_F(NcclReducerTest, TheSameWhereNcclQueuesItsWorkLater) {
  fake().polls = 4;
  make();
  check_order(*reducer_);
  fake().calls.clear();
  check_order(*reducer_);  // again, with the same events
}

TEST_F(NcclReducerTest, SumsOfSlicesGoToTheirOwnersInTheSameOrder) {
  for (const int polls : {0, 4}) {
    for (const int ranks : {1, 2, 3, 64}) {
      fake() = {};
      fake().polls = polls;
      make();
      const Slices slices(kAllFloats, ranks);
      check_order(*reducer_, &slices);
      EXPECT_TRUE(fake().positions(FakeCall::kSum).empty());
      fake().calls.clear();
      check_order(*reducer_);  // and a round of the other kind
      EXPECT_EQ(fake().groups, static_cast<int>(fake().positions(FakeCall::kSum).size()))
          << "one call for all owners of a bucket";
    }
  }
}

TEST_F(NcclReducerTest, SlicesComeFromTheirOwnersBetweenTheWorkAroundThem) {
  fake().polls = 2;
  make();
  const Slices slices(3 * kBucketFloats + 5, 3);
  const std::size_t before = fake().mark(kCompute);
  reducer_->all_gather({at(0), slices});
  const std::size_t after = fake().mark(kCompute);
  const auto pieces = fake().positions(FakeCall::kBroadcast);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(fake().groups, 1);
  for (int owner = 0; owner < 3; ++owner) {
    const FakeCall& piece = fake().calls[pieces[static_cast<std::size_t>(owner)]];
    EXPECT_EQ(piece.root, owner);
    EXPECT_EQ(piece.data, at(slices.of(owner).begin));
    EXPECT_EQ(piece.count, slices.of(owner).count());
    EXPECT_GT(fake().follows(pieces[static_cast<std::size_t>(owner)], kCompute), before);
  }
  EXPECT_GT(fake().follows(after, fake().calls[pieces[2]].stream), pieces[2]);
}

TEST_F(NcclReducerTest, ARoundWithoutSumsIsARound) {
  make();
  reducer_->wait();
  reducer_->all_reduce(at(0), 0);
  reducer_->wait();
  EXPECT_TRUE(fake().positions(FakeCall::kSum).empty());
  EXPECT_EQ(reducer_->reduced_bytes(), 0u);
}

TEST_F(NcclReducerTest, BroadcastGoesInPiecesBetweenTheWorkAroundIt) {
  fake().polls = 2;
  make();
  const std::size_t before = fake().mark(kCompute);
  reducer_->broadcast(at(0), 2 * kBucketFloats + 1);
  const std::size_t after = fake().mark(kCompute);
  const auto pieces = fake().positions(FakeCall::kBroadcast);
  ASSERT_EQ(pieces.size(), 3u);
  std::int64_t next = 0;
  for (const std::size_t i : pieces) {
    EXPECT_EQ(fake().calls[i].root, 0);
    EXPECT_EQ(fake().calls[i].data, at(next));
    next += fake().calls[i].count;
    EXPECT_GT(fake().follows(i, kCompute), before);
  }
  EXPECT_EQ(next, 2 * kBucketFloats + 1);
  EXPECT_GT(fake().follows(after, fake().calls[pieces[2]].stream), pieces[2]);
}

TEST_F(NcclReducerTest, CountsTheBytesOfItsSums) {
  make();
  reducer_->all_reduce(at(0), 100);
  reducer_->wait();
  reducer_->all_gather({at(0), Slices(1000, 3)});
  EXPECT_EQ(reducer_->reduced_bytes(), 100 * sizeof(float));
}

TEST_F(NcclReducerTest, EndsInGoodOrder) {
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

TEST_F(NcclReducerTest, EndsAlsoWhereTheOthersDoNot) {
  fake().finalize_polls = -1;
  make();
  reducer_.reset();
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().destroyed, 0);
}

// The exchange of slices after the last step: other ranks may still read what this one sends.
TEST_F(NcclReducerTest, WorkUnderWayAtTheEndIsFinalized) {
  fake().finalize_polls = 3;
  make();
  reducer_->all_gather({at(0), Slices(1000, 3)});
  reducer_.reset();
  EXPECT_EQ(fake().finalized, 1);
  EXPECT_EQ(fake().destroyed, 1);
  EXPECT_EQ(fake().aborted, 0);
}

// The other ranks may never start the sums that these wait for.
TEST_F(NcclReducerTest, AnExceptionAbortsAndWaitsForNothing) {
  const std::string message = failure([&] {
    const auto reducer = make_nccl_reducer(3, kCompute, world_, kSeconds);
    reducer->all_reduce(at(0), kBucketFloats);
    throw Error("of a backward pass");
  });
  EXPECT_EQ(message, "of a backward pass");
  EXPECT_EQ(fake().finalized, 0);
  EXPECT_EQ(fake().aborted, 1);
}

// A destructor that runs while another exception is handled: that is no failure of its own work.
TEST_F(NcclReducerTest, AReducerOfACleanUpIsFinalized) {
  struct CleanUp {
    const mpi::Communicator& world;
    ~CleanUp() { make_nccl_reducer(3, kCompute, world, kSeconds); }
  };
  failure([&] {
    const CleanUp on_the_way{world_};
    throw Error("of something else");
  });
  EXPECT_EQ(fake().finalized, 1);
  EXPECT_EQ(fake().aborted, 0);
}

// --- Failures. ---

TEST_F(NcclReducerTest, RanksThatDoNotMeetAreAnErrorOnAll) {
  if (world_.rank() == world_.size() - 1) fake().polls = -1;
  const std::string message = failure([&] { make(); });
  EXPECT_NE(message.find("the meeting of all ranks was not done after"), std::string::npos)
      << message;
  EXPECT_NE(message.find("rank " + std::to_string(world_.size() - 1)), std::string::npos)
      << message;
  EXPECT_NE(message.find("(last words of NCCL); "), std::string::npos) << message;
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().streams + fake().events, 0);
}

TEST_F(NcclReducerTest, NoIdIsAnErrorOnAll) {
  fake().id_result = ncclSystemError;
  const std::string message = failure([&] { make(); });
  EXPECT_NE(message.find("making an id for the ranks failed on rank 0"), std::string::npos)
      << message;
  EXPECT_EQ(fake().ranks, -1) << "nobody has begun to meet";
}

TEST_F(NcclReducerTest, ADuplicateDeviceSaysWhatItNeeds) {
  fake().call_result = ncclInvalidUsage;
  EXPECT_NE(failure([&] { make(); }).find("each rank needs a device of its own"),
            std::string::npos);
}

TEST_F(NcclReducerTest, NoStreamIsAnError) {
  fake().stream_creation = cudaErrorMemoryAllocation;
  expect_device(failure([&] { make(); }), "making a stream");
}

TEST_F(NcclReducerTest, AnErrorOfTheCallIsThrownAndAborts) {
  make();
  fake().call_result = ncclSystemError;
  expect_named(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }),
               "the sum of gradients failed");
  EXPECT_EQ(fake().aborted, 1);
}

TEST_F(NcclReducerTest, AnAsyncErrorIsThrownByTheWait) {
  make();
  reducer_->all_reduce(at(0), kBucketFloats);
  fake().async_error = ncclRemoteError;
  expect_named(failure([&] { reducer_->wait(); }), "another rank ended");
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_NE(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }), "") << "and stays";
  reducer_.reset();
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().finalized, 0);
}

// A sum that was cut short leaves its stream as one that is done: no update may follow.
TEST_F(NcclReducerTest, AnAsyncErrorWhileTheHostWaitsIsThrown) {
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
  EXPECT_GT(waited.count(), 2 * kSeconds) << "a rank that is late is waited for";
  EXPECT_EQ(fake().aborted, 1);
}

TEST_F(NcclReducerTest, AFailedExchangeOfSlicesSaysSoAndClosesItsGroup) {
  make();
  fake().call_result = ncclSystemError;
  expect_named(failure([&] {
                 reducer_->all_gather({at(0), Slices(1000, 3)});
               }),
               "the exchange of updated slices failed");
  EXPECT_EQ(fake().groups, 1);
  EXPECT_EQ(fake().aborted, 1);
}

// The main thread waits in CUDA, where it cannot look for itself: a watchdog does, meanwhile.
TEST_F(NcclReducerTest, APollEndsAWaitForADeviceWhoseNetworkFailed) {
  make();
  reducer_->all_gather({at(0), Slices(1000, 3)});
  reducer_->poll();
  EXPECT_EQ(fake().aborted, 0) << "all is well";
  fake().async_error = ncclSystemError;
  watched([] { EXPECT_TRUE(test::wait_on_hanging_device()); });
  fake().async_error = ncclSuccess;  // nobody is left to ask
  expect_named(failure([&] { reducer_->wait(); }), "NCCL_SOCKET_IFNAME");
  expect_named(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }), "NCCL_SOCKET_IFNAME");
  reducer_->poll();
  reducer_.reset();
  EXPECT_EQ(fake().aborted, 1);
  EXPECT_EQ(fake().finalized + fake().destroyed, 0);
}

TEST_F(NcclReducerTest, APollLeavesAloneWhatIsUnderWay) {
  make(60);
  fake().polls = 500;  // long enough for some to meet a poll
  watched([this] {
    for (int i = 0; i < 50; ++i) reducer_->all_reduce(at(0), kBucketFloats);
    reducer_->wait();
  });
  EXPECT_EQ(fake().aborted, 0);
  EXPECT_EQ(fake().positions(FakeCall::kSum).size(), 50u);
}

TEST_F(NcclReducerTest, WorkThatIsNeverQueuedIsATimeOut) {
  make();
  fake().polls = -1;
  expect_named(failure([&] { reducer_->all_reduce(at(0), kBucketFloats); }),
               "the sum of gradients was not done after");
  EXPECT_EQ(fake().aborted, 1);
}

TEST_F(NcclReducerTest, ABroadcastThatNeverEndsIsATimeOut) {
  make();
  fake().event_state = cudaErrorNotReady;
  expect_named(failure([&] { reducer_->broadcast(at(0), 10); }),
               "the broadcast of parameters was not done after");
}

TEST_F(NcclReducerTest, AnErrorOfTheDeviceIsThrown) {
  make();
  fake().event_state = cudaErrorIllegalAddress;
  expect_device(failure([&] { reducer_->broadcast(at(0), 10); }), "nvidia-smi");
  EXPECT_EQ(fake().aborted, 1);
}

}  // namespace
}  // namespace amt::cuda
