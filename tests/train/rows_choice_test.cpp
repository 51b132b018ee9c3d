// Tests that the rows per micro-batch are chosen by available memory and kept by a resumed run.
#include <gtest/gtest.h>

#include "amt/base/files.hpp"
#include "amt/model/decoder.hpp"
#include "amt/run/paths.hpp"
#include "src/train/run_device.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

class RowsChoice : public testing::Test {
 protected:
  RowsChoice() {
    config_.register_options(table_);
    config_.trainer.run_dir = (folder_.path() / "run").string();
    config_.trainer.train_batch_size = 512;
  }
  /// Creates a run with a checkpoint that was started with these options.
  void record(const std::string& ini) {
    const RunPaths run(config_.trainer.run_dir);
    make_folders(run.step(10));
    write_file_atomically(run.step(10) / "checkpoint.json", "{}");
    write_file_atomically(run.config(), ini);
  }
  /// Returns a GPU for one rank in which this many rows fit, with a tenth of its memory left free.
  DeviceMemory memory_for(int rows) const {
    return {"GPU", gpu_bytes(config_.model, rows, 1) / 9 * 10 + 100, 1, true};
  }
  RowsAtOnce wanted(const DeviceMemory& memory) {
    return wanted_rows(config_, table_, 1, memory, recorded_rows(config_, 512));
  }

  test::TemporaryFolder folder_;
  TrainConfiguration config_;
  OptionTable table_;
};

TEST_F(RowsChoice, ANewRunTakesAsManyRowsAsFit) {
  EXPECT_EQ(wanted(memory_for(16)).rows, 16);
  table_.set("trainer.per_device_parallelism", "2");
  EXPECT_EQ(wanted(memory_for(16)).rows, 2);
  table_.set("trainer.per_device_parallelism", "-1");
  EXPECT_EQ(wanted(memory_for(16)).rows, 512);
  table_.set("trainer.per_device_parallelism", "auto");
  EXPECT_EQ(wanted(memory_for(16)).rows, 16);
}

TEST_F(RowsChoice, IncludesTheDecoderForSamples) {
  DeviceMemory memory = memory_for(16);
  EXPECT_FALSE(for_training(memory, config_).sampling);
  config_.trainer.steps_per_sample = 100;
  memory = for_training(memory, config_);
  EXPECT_EQ(needed_bytes(config_.model, 16, memory),
            gpu_bytes(config_.model, 16, 1) + Decoder::estimate_bytes(config_.model, 1, 2));
  EXPECT_EQ(wanted(memory).rows, 8);
}

TEST_F(RowsChoice, AnAverageOfTheWeightsNeedsHostMemory) {
  DeviceMemory memory = memory_for(16);
  config_.trainer.average = 100;
  memory = for_training(memory, config_);
  EXPECT_EQ(needed_bytes(config_.model, 1, memory), gpu_bytes(config_.model, 1, 1));
  memory.gpu = false;
  EXPECT_EQ(needed_bytes(config_.model, 1, memory),
            host_bytes(config_.model, memory.precision, 1, 1) +
                3 * sizeof(float) * ParameterLayout(config_.model).total());
}

TEST_F(RowsChoice, SamplesOnACpuAlsoNeedTiledWeights) {
  DeviceMemory memory = memory_for(16);
  memory.gpu = false;
  memory.precision = Precision::kBf16;
  const std::uint64_t training = needed_bytes(config_.model, 1, memory);
  memory.sampling = true;
  EXPECT_EQ(needed_bytes(config_.model, 1, memory),
            training + Decoder::estimate_bytes(config_.model, 1, 2) +
                2 * static_cast<std::uint64_t>(ParameterLayout(config_.model).total()));
}

TEST_F(RowsChoice, AResumedRunKeepsItsRowCountUnlessTheUserGivesOne) {
  record("[trainer]\nper_device_parallelism = 4\n[model]\ngradient_checkpointing = true\n");
  const RowsAtOnce again = wanted(memory_for(32));
  EXPECT_EQ(again.rows, 4);
  EXPECT_TRUE(again.checkpointing);
  table_.set("model.gradient_checkpointing", "false");
  EXPECT_FALSE(wanted(memory_for(32)).checkpointing);
  table_.set("trainer.per_device_parallelism", "8");
  EXPECT_EQ(wanted(memory_for(32)).rows, 8);
}

TEST_F(RowsChoice, ARowCountThatNoLongerFitsOrDividesTheBatchIsReplaced) {
  record("[trainer]\nper_device_parallelism = 32\n");
  EXPECT_EQ(wanted(memory_for(32)).rows, 32);
  EXPECT_EQ(wanted(memory_for(8)).rows, 8);
  record("[trainer]\nper_device_parallelism = 7\n");
  EXPECT_EQ(wanted(memory_for(32)).rows, 32);
  record("[trainer]\nper_device_parallelism = 4\n");
  config_.trainer.load_last_checkpoint = false;
  EXPECT_EQ(wanted(memory_for(32)).rows, 32);
}

TEST_F(RowsChoice, TheConfigurationRecordsTheRowCount) {
  const MemoryChoice choice = take_rows({16, true}, config_);
  EXPECT_TRUE(choice.rows && choice.checkpointing);
  EXPECT_NE(config_.to_ini().find("per_device_parallelism = 16\n"), std::string::npos);
  EXPECT_NE(config_.to_ini().find("gradient_checkpointing = true\n"), std::string::npos);
  const MemoryChoice none = take_rows({16, true}, config_);
  EXPECT_FALSE(none.rows || none.checkpointing);
}

}  // namespace
}  // namespace amt
