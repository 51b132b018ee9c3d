// Tests what the memory estimate proposes, and that it is close to a run's actual use.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/resources/resources.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define AMT_SANITIZED 1
#endif

namespace amt {
namespace {

std::string refusal(const ModelConfig& config, int micro, int share, std::uint64_t available) {
  return memory_refusal(config, micro, share, {"node7", available, 2, false});
}

TEST(MemoryRefusal, IsEmptyIfTheModelFits) {
  const ModelConfig config;
  EXPECT_EQ(refusal(config, 8, 16, host_bytes(config, Precision::kF32, 8, 2)), "");
}

TEST(MemoryRefusal, NamesTheLargestMicroBatchThatFits) {
  ModelConfig config;
  config.gradient_checkpointing = true;
  const std::string message = refusal(config, 16, 48, host_bytes(config, Precision::kF32, 13, 2));
  // 12, because 48 is not divisible by 13.
  EXPECT_TRUE(test::says(
      message, {" 2 ranks", "node7", "--trainer.per_device_parallelism 12, the largest"}));
  EXPECT_EQ(message.find("gradient_checkpointing"), std::string::npos) << message;
}

TEST(MemoryRefusal, StatesTheEffectOfGradientCheckpointing) {
  ModelConfig config, checkpointed;
  checkpointed.gradient_checkpointing = true;
  const std::uint64_t enough = host_bytes(checkpointed, Precision::kF32, 16, 2);
  const std::string checkpointing = "--model.gradient_checkpointing true";
  const std::string micro_batch = "--trainer.per_device_parallelism ";
  const std::string all_rows = refusal(config, 16, 16, enough);
  EXPECT_TRUE(test::says(all_rows, {checkpointing + ", "}));
  const std::string both = refusal(config, 16, 16, host_bytes(config, Precision::kF32, 1, 2));
  EXPECT_TRUE(
      test::says(both, {micro_batch + "1, ", " or " + checkpointing + " with " + micro_batch}));
  const std::uint64_t one = host_bytes(checkpointed, Precision::kF32, 1, 2);
  const std::string least = refusal(config, 16, 16, one);
  EXPECT_TRUE(test::says(least, {"use " + checkpointing + " with " + micro_batch + "1"}));
  const std::string none = refusal(config, 16, 16, one - 1);
  EXPECT_TRUE(test::says(none, {"one row"}));
  EXPECT_EQ(none.find(micro_batch), std::string::npos) << none;
}

TEST(MemoryRefusal, ComparesWithTheFreeMemoryOfAGpu) {
  const ModelConfig config;
  const std::uint64_t needed = gpu_bytes(config, 8, 1);
  const auto said = [&](int micro, std::uint64_t bytes, int ranks) {
    return memory_refusal(config, micro, 16, {"NVIDIA H200 of node7", bytes, ranks, true});
  };
  EXPECT_EQ(said(8, needed, 1), "");
  EXPECT_TRUE(test::says(said(8, needed - 1, 1), {"NVIDIA H200 of node7", " free", " 8 rows",
                                                  "--trainer.per_device_parallelism 4, "}));
  EXPECT_TRUE(test::says(said(8, needed, 2), {" 2 ranks", "NVIDIA H200 of node7"}));
  EXPECT_EQ(said(8, 2 * needed, 2), "");
}

TEST(MemoryRefusal, StatesTheEffectOfShardingTheOptimizer) {
  const ModelConfig config;
  DeviceMemory memory{"node7", gpu_bytes(config, 16, 2, 4), 2, true, Precision::kBf16, 4, false};
  EXPECT_TRUE(
      test::says(memory_refusal(config, 16, 16, memory),
                 {"--trainer.shard_optimizer true, ", " or --trainer.per_device_parallelism "}));
  memory.shard_optimizer = true;
  EXPECT_EQ(memory_refusal(config, 16, 16, memory), "");
  --memory.bytes;
  const std::string message = memory_refusal(config, 16, 16, memory);
  EXPECT_NE(message, "");
  EXPECT_EQ(message.find("shard_optimizer"), std::string::npos) << message;
}

TEST(Memory, ShardedMomentsCountOnlyTheRanksSlice) {
  const ModelConfig config;
  const std::uint64_t all = moment_bytes(config), third = moment_bytes(config, 3);
  EXPECT_EQ(all, 8 * static_cast<std::uint64_t>(ParameterLayout(config).total()));
  EXPECT_GE(3 * third, all);
  EXPECT_LE(3 * third, all + 2 * 3 * 8 * Slices::kAlignment);
  EXPECT_EQ(gpu_bytes(config, 2, 5) - gpu_bytes(config, 2, 5, 3), 5 * (all - third));
  EXPECT_EQ(
      host_bytes(config, Precision::kF32, 2, 2) - host_bytes(config, Precision::kF32, 2, 2, 3),
      2 * (all - third));
}

// In addition to what any device needs, a GPU needs a 2-byte copy of each parameter and a block of
// logits.
TEST(Memory, AGpuNeedsACopyOfTheWeightsAndABlockOfLogits) {
  ModelConfig small, large;
  large.num_layers = 2 * small.num_layers;
  const auto besides = [](const ModelConfig& config, int rows) {
    return gpu_bytes(config, rows, 1) - training_bytes(config, rows, 2);
  };
  const auto parameters = ParameterLayout(large).total() - ParameterLayout(small).total();
  EXPECT_EQ(besides(large, 1) - besides(small, 1), 2 * static_cast<std::uint64_t>(parameters));
  const auto length = static_cast<std::uint64_t>(small.seq_len);
  const auto logits = 2 * static_cast<std::uint64_t>(small.padded_vocab_size()) * length;
  const auto width = static_cast<std::uint64_t>(small.hidden_dim);
  const auto attention =
      length * (4 * width + 2 * static_cast<std::uint64_t>(small.num_heads) * length);
  EXPECT_EQ(besides(small, 2) - besides(small, 1), logits + attention);
  EXPECT_EQ(besides(small, 40) - besides(small, 39), attention)
      << "the block of logits must not grow with the rows";
}

TEST(Memory, CheckpointingIsChosenOnlyIfItHelps) {
  ModelConfig config, checkpointed;
  checkpointed.gradient_checkpointing = true;
  const auto chosen = [](const ModelConfig& model, std::uint64_t bytes) {
    return only_fits_checkpointed(model, 16, {"node7", bytes, 1, true});
  };
  const std::uint64_t plain = gpu_bytes(config, 16, 1), least = gpu_bytes(checkpointed, 16, 1);
  EXPECT_FALSE(chosen(config, plain));
  EXPECT_TRUE(chosen(config, plain - 1));
  EXPECT_TRUE(chosen(config, least));
  EXPECT_FALSE(chosen(config, least - 1));
  EXPECT_FALSE(chosen(checkpointed, least));
}

/// Returns the peak resident size of this process in bytes.
std::uint64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib << 10;
  }
  return 0;
}

ModelConfig measured_model() {
  ModelConfig config;
  config.seq_len = 256;
  config.hidden_dim = 256;
  config.num_heads = 4;
  config.num_layers = 8;
  config.vocab_size = 5000;
  return config;
}

constexpr int kMicroBatch = 12;

/// Pretends to be rank 0 of several ranks.
class FirstOfMany : public mpi::Communicator {
 public:
  explicit FirstOfMany(int ranks) : Communicator(0, ranks) {}
};

/// Returns the peak memory of a two-step run that saves a checkpoint, in a separate process, as
/// rank 0 of `ranks` ranks that shard the optimiser's state.
std::uint64_t measure(const ModelConfig& config, Precision precision,
                      const std::filesystem::path& run, int ranks = 1) {
  int ends[2];
  if (::pipe(ends) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    TrainerSettings settings = test::tiny_settings(run);
    settings.trainer.num_train_steps = 2;
    settings.trainer.train_batch_size = kMicroBatch * ranks;
    settings.trainer.per_device_parallelism = kMicroBatch;
    settings.trainer.shard_optimizer = ranks > 1;
    const auto ops = make_cpu_ops(1, precision);
    const FirstOfMany first(ranks);
    const auto reducer = make_single_reducer();
    Model model(*ops, config, kMicroBatch);
    const test::MemoryRows rows = test::make_rows(1, 12, config);
    Trainer(model, first, *reducer, rows, nullptr, settings).run();
    const std::uint64_t peak = peak_resident_bytes();
    ::_exit(::write(ends[1], &peak, sizeof(peak)) == sizeof(peak) ? 0 : 1);
  }
  std::uint64_t peak = 0;
  ::close(ends[1]);
  const bool got = ::read(ends[0], &peak, sizeof(peak)) == sizeof(peak);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return got && status == 0 ? peak : 0;
}

/// Expects peaks near the estimate with and without gradient checkpointing, which must save as much
/// as estimated.
void expect_near_estimate(Precision precision) {
  const test::TemporaryFolder folder;
  ModelConfig config = measured_model();
  std::array<double, 2> peaks = {}, estimates = {};
  for (const bool checkpointing : {false, true}) {
    config.gradient_checkpointing = checkpointing;
    const auto peak = static_cast<double>(
        measure(config, precision, folder.path() / (checkpointing ? "checkpointed" : "plain")));
    const auto estimate = static_cast<double>(host_bytes(config, precision, kMicroBatch, 1));
    testing::Test::RecordProperty(checkpointing ? "checkpointed" : "plain",
                                  std::to_string(peak / estimate));
    EXPECT_LE(peak, 1.15 * estimate + 60e6);
    EXPECT_GE(peak, 0.85 * estimate)
        << "the estimate is so high that runs would be refused although they fit";
    peaks[checkpointing] = peak;
    estimates[checkpointing] = estimate;
  }
  EXPECT_NEAR(peaks[0] - peaks[1], estimates[0] - estimates[1],
              0.15 * (estimates[0] - estimates[1]));
}

TEST(Memory, EstimateIsCloseToThePeak) {
#ifdef AMT_SANITIZED
  GTEST_SKIP() << "the sanitizer's own memory would be included";
#endif
  expect_near_estimate(Precision::kF32);
}

TEST(Memory, ShardedOptimizerSavesAsMuchAsEstimated) {
#ifdef AMT_SANITIZED
  GTEST_SKIP() << "the sanitizer's own memory would be included";
#endif
  const test::TemporaryFolder folder;
  const ModelConfig config = measured_model();
  const auto peak = [&](const char* run, int ranks) {
    return static_cast<double>(measure(config, Precision::kF32, folder.path() / run, ranks));
  };
  const auto less = static_cast<double>(moment_bytes(config) - moment_bytes(config, 8));
  // The moments take 62 MB in total; peaks of identical runs differ by up to 13 MB on a busy
  // machine.
  EXPECT_NEAR(peak("whole", 1) - peak("sharded", 8), less, 0.35 * less);
}

TEST(Memory, EstimateIsCloseToThePeakInBf16) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
#ifdef AMT_SANITIZED
  GTEST_SKIP() << "the sanitizer's own memory would be included";
#endif
  expect_near_estimate(Precision::kBf16);
}

}  // namespace
}  // namespace amt
