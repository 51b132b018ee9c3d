// Tests sums over ranks with both reducers, on any number of ranks including one. gpu_ranks.sh runs
// several ranks on one GPU.
#include <gtest/gtest.h>

#include "amt/collective/buckets.hpp"
#include "amt/ops/buffer.hpp"
#include "gpu_compare.hpp"
#include "gpu_device.hpp"
#include "gpu_training.hpp"
#include "model/model_support.hpp"

namespace amt::test {
namespace {

class GpuRanks : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!no_device().empty()) GTEST_SKIP() << no_device();
    const bool nccl = GetParam() == std::string("nccl");
    if (nccl && plugin() == nullptr) GTEST_SKIP() << "a stand-in has no NCCL";
    ops_ = make_tested_ops();
    reducer_ = nccl ? plugin()->make_reducer(*ops_, world_, 60) : make_mpi_reducer(*ops_, world_);
  }
  /// Returns integers, whose sums are exact in any order.
  std::vector<float> values(std::int64_t count, int rank) const {
    std::vector<float> all(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = static_cast<float>((i * 7 + 1) % 1000 * static_cast<std::size_t>(rank + 1));
    }
    return all;
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Ops> ops_;
  std::unique_ptr<Reducer> reducer_;
};

/// Queues x *= factor without waiting, as an AdamW update without gradients but with weight decay.
class Scaling {
 public:
  Scaling(Ops& ops, Dim most) : ops_(ops) {
    for (Buffer* zeros : {&first_moment_, &second_moment_, &gradients_}) {
      *zeros = Buffer::floats(ops, most);
      zeros->zero();
    }
  }
  void operator()(float* x, double factor, Dim n) {
    ops_.run(AdamW{.parameters = x,
                   .first_moment = first_moment_.as<float>(),
                   .second_moment = second_moment_.as<float>(),
                   .gradients = gradients_.as<float>(),
                   .n = n,
                   .step = {.learning_rate = 1, .weight_decay = 1 - factor}});
  }

 private:
  Ops& ops_;
  Buffer first_moment_, second_moment_, gradients_;
};

// Queued work writes each range just before its sum is started, and scales it just after wait().
// This detects a sum that does not wait for its input, and work that does not wait for the sum.
TEST_P(GpuRanks, SumsAreOrderedWithTheSurroundingWork) {
  constexpr std::int64_t kCount = 2 * kBucketFloats + 1001, kPieces = 5;
  const auto mine = values(kCount, world_.rank());
  const Buffer sum = Buffer::floats(*ops_, kCount);
  Scaling scale(*ops_, kCount);
  for (int round = 0; round < 3; ++round) {
    ops_->zero(sum.as<float>(), sum.bytes());
    for (std::int64_t piece = kPieces; piece-- > 0;) {
      const std::int64_t begin = piece * kCount / kPieces, end = (piece + 1) * kCount / kPieces;
      ops_->to_device(sum.as<float>() + begin, mine.data() + begin,
                      static_cast<std::size_t>(end - begin) * sizeof(float));
      reducer_->all_reduce(sum.as<float>() + begin, end - begin);
    }
    reducer_->wait();
    scale(sum.as<float>(), 2, kCount);
    std::vector<float> host(static_cast<std::size_t>(kCount)), expected = values(kCount, 0);
    ops_->to_host(host.data(), sum.as<float>(), sum.bytes());
    const int n = world_.size();
    for (float& value : expected) value *= static_cast<float>(n * (n + 1));
    EXPECT_TRUE(host == expected) << "round " << round;
  }
}

// Like the test above, with an update between the sums and the exchange of slices.
TEST_P(GpuRanks, SlicesAreSummedForTheirOwnersAndGathered) {
  constexpr std::int64_t kCount = 2 * kBucketFloats + 1001, kPieces = 5;
  const auto mine = values(kCount, world_.rank());
  const Buffer sum = Buffer::floats(*ops_, kCount);
  Scaling scale(*ops_, kCount);
  const SlicedBuffer buffer{sum.as<float>(), Slices(kCount, world_.size())};
  const Slice own = buffer.slices.of(world_.rank());
  for (int round = 0; round < 3; ++round) {
    ops_->zero(sum.as<float>(), sum.bytes());
    for (std::int64_t piece = kPieces; piece-- > 0;) {
      const std::int64_t begin = piece * kCount / kPieces, end = (piece + 1) * kCount / kPieces;
      ops_->to_device(sum.as<float>() + begin, mine.data() + begin,
                      static_cast<std::size_t>(end - begin) * sizeof(float));
      reducer_->reduce_scatter(buffer, {begin, end});
    }
    reducer_->wait();
    scale(sum.as<float>() + own.begin, 2, own.count());
    reducer_->all_gather(buffer);
    for (std::int64_t piece = 0; piece < kPieces; ++piece) {
      const std::int64_t begin = piece * kCount / kPieces, end = (piece + 1) * kCount / kPieces;
      reducer_->await_gathered(end);
      scale(sum.as<float>() + begin, 3, end - begin);
    }
    std::vector<float> host(static_cast<std::size_t>(kCount)), expected = values(kCount, 0);
    ops_->to_host(host.data(), sum.as<float>(), sum.bytes());
    const int n = world_.size();
    for (float& value : expected) value *= static_cast<float>(3 * n * (n + 1));
    EXPECT_TRUE(host == expected) << "round " << round;
  }
}

TEST_P(GpuRanks, AShardedOptimizerTrainsTheSameModel) {
  const ModelConfig config = small_device_model();
  const ShortRun whole = train_shortly(*ops_, world_, *reducer_, config, 5);
  const ShortRun sharded = train_shortly(*ops_, world_, *reducer_, config, 5, true);
  const double difference = relative_distance(sharded.parameters, whole.parameters);
  note_difference("5 steps, sharded, " + reducer_->name(), std::to_string(world_.size()) + " ranks",
                  "parameters", difference);
  EXPECT_LT(difference, world_.size() <= 2 ? 1e-6 : 1e-2);
  const ShortRun again = train_shortly(*ops_, world_, *reducer_, config, 5, true);
  EXPECT_TRUE(again.parameters == sharded.parameters);
  EXPECT_EQ(again.losses, sharded.losses);
}

TEST_P(GpuRanks, BroadcastsFromRankZero) {
  constexpr std::int64_t kCount = kBucketFloats + 3;
  const Buffer buffer = Buffer::floats(*ops_, kCount);
  const auto mine = values(kCount, world_.rank());
  ops_->to_device(buffer.as<float>(), mine.data(), buffer.bytes());
  reducer_->broadcast(buffer.as<float>(), kCount);
  std::vector<float> host(static_cast<std::size_t>(kCount));
  ops_->to_host(host.data(), buffer.as<float>(), buffer.bytes());
  EXPECT_TRUE(host == values(kCount, 0));
}

TEST_P(GpuRanks, SeveralRanksTrainLikeOne) {
  const ModelConfig config = small_device_model();
  const ShortRun together = train_shortly(*ops_, world_, *reducer_, config, 5);
  const ShortRun alone = train_shortly(*ops_, config, 5);
  for (std::size_t step = 0; step < alone.losses.size(); ++step) {
    EXPECT_NEAR(together.losses[step], alone.losses[step], 1e-2 * alone.losses[step]) << step;
  }
  const double difference = relative_distance(together.parameters, alone.parameters);
  note_difference("5 steps, " + reducer_->name(), std::to_string(world_.size()) + " ranks",
                  "parameters", difference);
  EXPECT_LT(difference, 2e-2);
  const std::string bytes(reinterpret_cast<const char*>(together.parameters.data()),
                          together.parameters.size() * sizeof(float));
  for (const std::string& other : world_.all_gather(bytes)) EXPECT_TRUE(other == bytes);
}

INSTANTIATE_TEST_SUITE_P(Reducers, GpuRanks, testing::Values("mpi", "nccl"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace amt::test
