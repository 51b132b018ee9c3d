// Checkpoints with malicious contents and matching hashes: each is refused in one line that names
// the file, without a crash and without using much memory.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <functional>
#include <limits>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/record/metrics.hpp"
#include "amt/run/configuration.hpp"
#include "hdf5/damaged_hdf5.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

/// While this object exists, the process cannot allocate more than `bytes` beyond its current use.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::uint64_t bytes) {
    getrlimit(RLIMIT_AS, &before_);
    std::ifstream pages("/proc/self/statm");
    std::uint64_t now = 0;
    pages >> now;
    const rlimit tight = {now * 4096 + bytes, before_.rlim_max};
    setrlimit(RLIMIT_AS, &tight);
  }
  ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  rlimit before_;
};

class DamagedCheckpoint : public testing::Test {
 protected:
  DamagedCheckpoint() {
    write_configuration(RunPaths(folder_.path()), "");
    save_checkpoint(RunPaths(folder_.path()), config_, layout_, good(), Keep::kPermanent);
  }
  Checkpoint good() const {
    Checkpoint checkpoint;
    checkpoint.state.encoding = "arrival";
    for (auto* all :
         {&checkpoint.parameters, &checkpoint.first_moment, &checkpoint.second_moment}) {
      all->assign(static_cast<std::size_t>(layout_.total()), 1.0f);
    }
    return checkpoint;
  }

  /// The whole checkpoint must be refused in one short line that names this file.
  void expect_refusal(const std::filesystem::path& file) const {
    const MemoryLimit limit(256u << 20);
    const std::string what = refusal(file == files_.manifest());
    EXPECT_TRUE(test::says(what, {file.filename().string()}));
    EXPECT_LT(what.size(), 600u);
  }
  /// Reads the files directly: normally the hashes in the manifest keep a run from reading damaged
  /// files.
  std::string refusal(bool manifest) const {
    if (manifest) return checkpoint_damage(files_.folder);
    return test::refusal<Error>([&] { load_checkpoint(files_.folder, config_); });
  }

  void expect_hostile_json_is_refused(const std::filesystem::path& file) const {
    const std::string deep(100'000, '[');
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    for (const std::string& text :
         {deep, deep + std::string(100'000, ']'), objects, std::string("\0\xff\n", 3),
          std::string("1e999"), "{\"format\":\"" + std::string(900'000, 'x') + "\"}"}) {
      write_file_atomically(file, text);
      expect_refusal(file);
    }
    std::filesystem::resize_file(file, std::uintmax_t{1} << 40);  // sparse
    expect_refusal(file);
  }

  /// Replaces `from` by another text in the file; the result must be refused.
  void expect_change_is_refused(const std::filesystem::path& file, const std::string& from,
                                const std::string& to) const {
    SCOPED_TRACE(to);
    const std::string good = read_text(file);
    ASSERT_NE(good.find(from), std::string::npos) << from;
    write_file_atomically(file, std::string(good).replace(good.find(from), from.size(), to));
    expect_refusal(file);
    write_file_atomically(file, good);
  }

  test::TemporaryFolder folder_;
  CheckpointPaths files_{RunPaths(folder_.path()).step(0)};
  ModelConfig config_ = test::tiny_model();
  ParameterLayout layout_{config_};
};

TEST_F(DamagedCheckpoint, AnUndamagedOneIsAccepted) { EXPECT_EQ(refusal(false), ""); }

TEST_F(DamagedCheckpoint, MaliciousJsonIsRefused) {
  const std::string good = read_text(files_.config());
  expect_hostile_json_is_refused(files_.config());
  write_file_atomically(files_.config(), good);
  expect_hostile_json_is_refused(files_.state());
  expect_hostile_json_is_refused(files_.manifest());
}

TEST_F(DamagedCheckpoint, InvalidLinesOfMetricsAreDropped) {
  const std::string good = "{\"step\":1,\"loss\":2.5}\n";
  const auto metrics = folder_.path() / "metrics.jsonl";
  write_file_atomically(metrics,
                        std::string(100'000, '[') + "\n" + good + "{\"step\":1e300}\n\xff\n");
  { const MetricsFile file(metrics, 5, 5); }
  EXPECT_EQ(read_text(metrics), good);
}

TEST_F(DamagedCheckpoint, ImpossiblyLargeModelsAreRefusedBeforeTheirLayoutIsComputed) {
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\"n_layer\": 2", "\"n_layer\": 1000000"},
           {"\"n_layer\": 2", "\"n_layer\": 9223372036854775808"},
           {"\"n_layer\": 2", "\"n_layer\": 0"},
           {"\"n_embd\": 16", "\"n_embd\": 1048576"},
           {"\"n_embd\": 16", "\"n_embd\": -16"},
           {"\"n_inner\": null", "\"n_inner\": 1"},
           {"\"n_positions\": 12", "\"n_positions\": 99999999999"},
           {"\"vocab_size\": 50", "\"vocab_size\": 65537"},
           {"\"embd_pdrop\": 0.1", "\"embd_pdrop\": 1.5"}}) {
    expect_change_is_refused(files_.config(), from, to);
  }
}

TEST_F(DamagedCheckpoint, ImpossibleStatesAreRefused) {
  expect_change_is_refused(files_.state(), "\"step\": 0", "\"step\": -1");
  expect_change_is_refused(files_.state(), "\"next_row\": 0", "\"next_row\": \"0\"");
  expect_change_is_refused(files_.state(), "\"version\": 1", "\"version\": 2");
  expect_change_is_refused(files_.state(), "\"updates\": 0,", "");
}

TEST_F(DamagedCheckpoint, InconsistentStatesAreRefused) {
  expect_change_is_refused(files_.state(), "\"updates\": 0", "\"updates\": 1");
  expect_change_is_refused(files_.state(), "\"skipped\": 0", "\"skipped\": 1");
  expect_change_is_refused(files_.state(), "\"skipped_in_a_row\": 0", "\"skipped_in_a_row\": 2");
  expect_change_is_refused(files_.state(), "\"next_row\": 0", "\"next_row\": 12");
  expect_change_is_refused(files_.state(), "\"evaluated_step\": 0", "\"evaluated_step\": 1");
  expect_change_is_refused(files_.state(), "\"ranks\": 1", "\"ranks\": 0");
}

// All hashes match, as if the checkpoint had been saved like this.
TEST_F(DamagedCheckpoint, ImpossibleMomentsAreRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& [first, second] : {std::pair{nan, 1.0f}, {1.0f, nan}, {1.0f, -1e-9f}}) {
    Checkpoint checkpoint = good();
    checkpoint.first_moment[3] = first;
    checkpoint.second_moment[3] = second;
    save_checkpoint(RunPaths(folder_.path()), config_, layout_, checkpoint, Keep::kPermanent);
    EXPECT_EQ(checkpoint_damage(files_.folder), "");
    expect_refusal(files_.optimizer());
  }
}

TEST_F(DamagedCheckpoint, AnotherModelOfTheSameSizeIsRefused) {
  ModelConfig other = config_;
  other.num_heads *= 2;
  save_checkpoint(RunPaths(folder_.path()), other, layout_, good(), Keep::kPermanent);
  EXPECT_EQ(checkpoint_damage(files_.folder), "");
  EXPECT_TRUE(
      test::says(refusal(false), {files_.folder.string(), "model.num_heads ", " 4,", " 2"}));
}

TEST_F(DamagedCheckpoint, TheStateOfAnotherStepIsDamage) {
  Checkpoint checkpoint = good();
  checkpoint.state.step = checkpoint.state.updates = 1;
  checkpoint.state.next_row = 12;
  save_checkpoint(RunPaths(folder_.path()), config_, layout_, checkpoint, Keep::kPermanent);
  // Put step 1's files, with a matching manifest, under the name of step 0.
  const CheckpointPaths one{RunPaths(folder_.path()).step(1)};
  const std::string manifest = read_text(one.manifest());
  const std::string step = "\"step\": 1";
  std::filesystem::remove_all(files_.folder);
  std::filesystem::rename(one.folder, files_.folder);
  write_file_atomically(files_.manifest(), std::string(manifest).replace(
                                               manifest.find(step), step.size(), "\"step\": 0"));
  EXPECT_TRUE(test::says(checkpoint_damage(files_.folder), {"state.json ", "step 1"}));
}

TEST_F(DamagedCheckpoint, AManifestThatNamesFilesOutsideItsFolderIsRefused) {
  expect_change_is_refused(files_.manifest(), "model.safetensors", "../model.safetensors");
  expect_change_is_refused(files_.manifest(), "\"step\": 0", "\"step\": []");
}

TEST_F(DamagedCheckpoint, MomentsOfAnotherModelAreRefused) {
  const auto elsewhere = files_.folder / "elsewhere.h5";
  std::filesystem::copy_file(files_.optimizer(), elsewhere);
  for (const test::Hdf5Damage damage : test::kHdf5Damages) {
    SCOPED_TRACE(static_cast<int>(damage));
    std::filesystem::remove(files_.optimizer());
    std::filesystem::copy_file(elsewhere, files_.optimizer());
    test::damage_hdf5(files_.optimizer(), "first_moment", test::Hdf5Values::kFloat,
                      {static_cast<std::uint64_t>(layout_.count())}, damage, elsewhere);
    expect_refusal(files_.optimizer());
  }
  std::filesystem::resize_file(files_.optimizer(), 4000);
  expect_refusal(files_.optimizer());
}

}  // namespace
}  // namespace amt
