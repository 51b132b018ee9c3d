// Runs complete training steps on CudaOps with fake libraries and checks that nothing accesses
// memory that another stream or the host may still be using. Each wait is also left out in
// turn, which must be detected.
#include <gtest/gtest.h>

#include <set>

#include "amt/trainer/train_step.hpp"
#include "fake_cublaslt.hpp"
#include "fake_cuda.hpp"
#include "fake_nccl.hpp"
#include "src/cuda/nccl_reducer.hpp"
#include "support/tiny_training.hpp"
#include "watched_ops.hpp"

namespace amt::cuda {
namespace {

using test::FakeCall;
using test::Timeline;

ModelConfig one_block() {
  ModelConfig config;
  config.seq_len = 4;
  config.hidden_dim = 8;
  config.num_heads = 1;
  config.num_layers = 1;
  config.vocab_size = 20;
  return config;
}

constexpr std::int64_t kBucket = 64;  // floats; so small that sums start during the backward pass

const char* name_of(FakeCall::Kind kind) {
  switch (kind) {
    case FakeCall::kSum:
      return "ncclAllReduce";
    case FakeCall::kReduce:
      return "ncclReduce";
    case FakeCall::kBroadcast:
      return "ncclBroadcast";
    case FakeCall::kGather:
      return "ncclAllGather";
    default:
      return "a mark";
  }
}

/// Runs two training steps of two micro-batches each, preceded by a broadcast (like the start of a
/// training run) and followed by a copy of the parameters (like a checkpoint). There are more
/// copies to the device than can be in progress at once.
Timeline train(bool sharded, std::set<std::size_t> left_out = {}) {
  Timeline timeline;
  timeline.leave_out(std::move(left_out));
  fake::device() = {};
  fake::blas() = {};
  fake::device().timeline = &timeline;
  fake::take_launches();
  test::fake() = {};
  test::fake().polls = 3;
  test::fake().arrived = [&](const FakeCall& call) {
    timeline.queue(call.stream, name_of(call.kind));
    timeline.touches(call.stream, call.data, static_cast<std::size_t>(call.count) * sizeof(float),
                     Timeline::Use::kWrites);
  };
  {
    const auto world = mpi::Communicator::world();
    const auto gpu = make_cuda_ops({});
    test::WatchedOps ops(*gpu, timeline);
    const auto reducer = make_nccl_reducer(0, gpu->stream(), world, 1, false, kBucket);
    const ModelConfig config = one_block();
    Model model(ops, config, 1);
    ops.watch(model);
    const auto rows = test::make_rows(1, 10, config);
    TrainerOptions options;
    options.train_batch_size = 2 * world.size();
    options.per_device_parallelism = 1;
    options.shard_optimizer = sharded;
    TrainStep step(model, world, *reducer, rows, options, {});
    std::vector<float> parameters(static_cast<std::size_t>(model.layout().total()));
    initialise_parameters(config, model.layout(), 7, parameters);
    model.set_parameters(parameters);
    reducer->broadcast(model.parameters(), model.layout().total());
    TrainingState state;
    for (int i = 0; i < 2; ++i) {
      EXPECT_FALSE(step.run(state, [] { return Requests{}; }).skipped);
    }
    const Buffer buffer = Buffer::floats(ops, 8);
    for (int i = 0; i < 20; ++i) ops.to_device(buffer.as<void>(), parameters.data(), 32);
    model.get_parameters(parameters);
  }
  fake::device().timeline = nullptr;
  return timeline;
}

class StreamOrder : public testing::TestWithParam<bool> {
};  // the parameter: whether shard_optimizer is on

TEST_P(StreamOrder, HasNoRaces) {
  const Timeline timeline = train(GetParam());
  for (const std::string& race : timeline.races()) ADD_FAILURE() << race;
  EXPECT_GE(timeline.waits().size(), 10u);
}

/// Returns the work that a wait is for, from the wait's name.
std::string work_of(const std::string& wait) { return wait.substr(wait.rfind(" for ") + 5); }

/// Returns whether leaving out wait `i` causes a race. To detect failures, the host also waits for
/// collectives that the compute stream waits for. Either wait alone ensures the order, so adjacent
/// waits for the same work are left out as well, one more at a time.
bool missed(bool sharded, const std::vector<std::string>& waits, std::size_t i) {
  const std::string work = work_of(waits[i]);
  std::set<std::size_t> left_out = {i};
  while (*left_out.begin() > 1 && work_of(waits[*left_out.begin() - 1]) == work) {
    left_out.insert(*left_out.begin() - 1);
  }
  if (!train(sharded, {i}).races().empty()) return true;
  for (;;) {
    const Timeline without = train(sharded, left_out);
    if (!without.races().empty()) return true;
    const std::size_t next = *left_out.rbegin() + 1;
    if (next == without.waits().size() || work_of(without.waits()[next]) != work) return false;
    left_out.insert(next);
  }
}

TEST_P(StreamOrder, EachWaitIsNecessary) {
  const std::vector<std::string> waits = train(GetParam()).waits();
  for (std::size_t i = 1; i < waits.size(); ++i) {  // wait 0 belongs to the network test
    EXPECT_TRUE(missed(GetParam(), waits, i)) << "wait " << i << ": " << waits[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Sharded, StreamOrder, testing::Bool());

}  // namespace
}  // namespace amt::cuda
