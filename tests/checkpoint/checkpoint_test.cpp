// A saved checkpoint is read back unchanged or refused.
#include <algorithm>
#include <fstream>
#include <numeric>

#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/hdf5/hdf5.hpp"
#include "checkpoint_fixture.hpp"
#include "src/checkpoint/moments_file.hpp"

namespace amt {
namespace {

TEST_F(CheckpointTest, RoundTrips) {
  save(7);
  const Checkpoint back = load_checkpoint(paths_.step(7), config_);
  const Checkpoint was = make(7);
  EXPECT_EQ(back.parameters, was.parameters);
  EXPECT_EQ(back.first_moment, was.first_moment);
  EXPECT_EQ(back.second_moment, was.second_moment);
  EXPECT_EQ(to_json(back.state), to_json(was.state));
  EXPECT_EQ(read_text(paths_.latest()), "step-000007\n");
  EXPECT_FALSE(std::filesystem::exists(paths_.partial(7)));
}

TEST_F(CheckpointTest, IsNotSavedIfTheConfigurationIsMissing) {
  std::filesystem::remove_all(paths_.run());
  EXPECT_THROW(save(7), Error);
  EXPECT_FALSE(std::filesystem::exists(paths_.checkpoints()));
  restore_configuration(paths_, "[model]\n");
  save(7);
  EXPECT_EQ(read_text(paths_.config()), "[model]\n");
  std::filesystem::remove(paths_.config());
  restore_configuration(paths_, "[model]\n");
  EXPECT_TRUE(std::filesystem::exists(paths_.config()));
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{7}));
}

TEST_F(CheckpointTest, EqualStatesGiveEqualBytes) {
  save(7);
  const RunPaths other(folder_.path() / "other");
  write_configuration(other, "");
  save_checkpoint(other, config_, layout_, make(7), Keep::kRolling);
  for (const auto& entry : std::filesystem::directory_iterator(paths_.step(7))) {
    EXPECT_EQ(read_text(entry.path()), read_text(other.step(7) / entry.path().filename()));
  }
}

TEST_F(CheckpointTest, AnyDamageIsDetectedAndThePreviousCheckpointIsUsed) {
  const CheckpointPaths newest{paths_.step(20)};
  for (const auto& file :
       {newest.model(), newest.config(), newest.optimizer(), newest.state(), newest.manifest()}) {
    save(10);
    save(20);
    EXPECT_EQ(find_checkpoint(paths_), 20);
    damage(file);
    EXPECT_NE(checkpoint_damage(newest.folder), "") << file;
    EXPECT_EQ(find_checkpoint(paths_), 10) << file;
    std::filesystem::remove(file);
    EXPECT_EQ(find_checkpoint(paths_), 10) << file;
  }
}

TEST_F(CheckpointTest, ATruncatedFileIsDetected) {
  save(10);
  std::filesystem::resize_file(CheckpointPaths{paths_.step(10)}.optimizer(), 100);
  EXPECT_TRUE(test::says(checkpoint_damage(paths_.step(10)), {"optimizer.h5 ", " 100 bytes"}));
  EXPECT_TRUE(test::says(refusal_of_all(), {"step-000010 ", "(optimizer.h5 ", " 100 bytes"}));
}

// Reading the whole file would exceed this test's time limit.
TEST_F(CheckpointTest, AMuchLongerFileIsNotRead) {
  save(10);
  std::filesystem::resize_file(CheckpointPaths{paths_.step(10)}.model(), std::uintmax_t{1} << 40);
  EXPECT_TRUE(test::says(checkpoint_damage(paths_.step(10)), {" 1099511627776 bytes"}));
}

TEST_F(CheckpointTest, ARunWithoutCheckpointsIsNotDamaged) {
  EXPECT_FALSE(find_checkpoint(paths_));
  std::filesystem::create_directories(paths_.checkpoints());
  EXPECT_FALSE(find_checkpoint(paths_));
}

TEST_F(CheckpointTest, IfAllAreDamagedAllAreReportedAndKept) {
  save(10);
  save(20);
  for (const int step : {10, 20}) damage(CheckpointPaths{paths_.step(step)}.model());
  EXPECT_TRUE(test::says(refusal_of_all(),
                         {"step-000020 (model.safetensors", "step-000010 (model.safetensors"}));
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{20, 10}));
}

// Not even root can open a link that points to itself.
TEST_F(CheckpointTest, AnUnreadableCheckpointIsNotSkipped) {
  save(10);
  save(20);
  const CheckpointPaths newest{paths_.step(20)};
  std::filesystem::remove(newest.state());
  std::filesystem::create_symlink("state.json", newest.state());
  EXPECT_THROW(checkpoint_damage(newest.folder), SystemError);
  const std::string what = refusal_of_all();
  EXPECT_TRUE(test::says(what, {"step-000020 (", "step-000010"}));
  EXPECT_LT(what.find("step-000020"), what.find("step-000010")) << "the newest must come first";
  EXPECT_EQ(what.find("damaged"), std::string::npos) << what;
}

TEST_F(CheckpointTest, ANewerFormatIsNotReportedAsDamage) {
  save(10);
  save(20);
  const CheckpointPaths newest{paths_.step(20)};
  const std::string text = read_text(newest.manifest());
  const std::string version = "\"version\": 1";
  write_file_atomically(
      newest.manifest(),
      std::string(text).replace(text.find(version), version.size(), "\"version\": 99"));
  EXPECT_THROW(checkpoint_damage(newest.folder), NewerFormat);
  EXPECT_TRUE(test::says(refusal_of_all(), {"step-000020 (", " 99,"}));
}

TEST_F(CheckpointTest, ARenamedCheckpointIsRefused) {
  save(10);
  std::filesystem::rename(paths_.step(10), paths_.step(30));
  EXPECT_NE(checkpoint_damage(paths_.step(30)), "");
}

TEST_F(CheckpointTest, ACheckpointOfAnotherModelIsRefused) {
  save(10);
  ModelConfig wider = config_;
  wider.hidden_dim = 32;
  EXPECT_THROW(load_checkpoint(paths_.step(10), wider), Error);
}

TEST_F(CheckpointTest, AModelIsFoundInARunAStepOrAnExportedFolder) {
  save(10);
  save(20);
  EXPECT_EQ(find_model(paths_.run()), paths_.step(20));
  EXPECT_EQ(find_model(paths_.step(10)), paths_.step(10));
  const auto exported = folder_.path() / "exported";
  std::filesystem::create_directories(exported);
  for (const auto& file :
       {CheckpointPaths{paths_.step(10)}.model(), CheckpointPaths{paths_.step(10)}.config()}) {
    std::filesystem::copy(file, exported);
  }
  EXPECT_EQ(find_model(exported), exported);
  EXPECT_TRUE(test::refuses<Error>([&] { find_model(paths_.best()); }, {"best", "keep_best"}));
  name_best(paths_, 10);
  EXPECT_EQ(find_model(paths_.best()), paths_.step(10));
  EXPECT_EQ(find_model(paths_.latest()), paths_.step(20));
  EXPECT_EQ(find_model(paths_.checkpoints() / "." / "best").lexically_normal(), paths_.step(10));
  EXPECT_THROW(find_model(folder_.path() / "nowhere"), Error);
  damage(CheckpointPaths{paths_.step(10)}.model());
  EXPECT_THROW(find_model(paths_.step(10)), Error);
  EXPECT_THROW(find_model(paths_.best()), Error);
  write_file_atomically(paths_.best(), "step-000020/..\n");
  EXPECT_TRUE(test::refuses<Error>([&] { find_model(paths_.best()); }, {"best", "does not name"}));
}

TEST_F(CheckpointTest, TheMomentsFileEqualsOneWrittenByHdf5) {
  ModelConfig large = config_;
  large.hidden_dim = 128;  // moments that are aligned in the file, unlike those of the tiny model
  for (const ModelConfig& config : {config_, large}) {
    const ParameterLayout layout(config);
    const auto total = static_cast<std::size_t>(layout.total());
    std::vector<float> first(total), second(total);
    for (std::size_t i = 0; i < total; ++i) {
      first[i] = static_cast<float>(i);
      second[i] = -first[i];
    }
    const auto path = folder_.path() / "moments.h5", expected = folder_.path() / "expected.h5";
    const std::uint64_t hash = write_moments(path, layout, first, second);
    hdf5::File file = hdf5::File::create(expected);
    file.set_attribute("format", "amt-adam-moments");
    file.set_attribute("version", 1u);
    for (const auto& [name, moment] : {std::pair("first_moment", std::span(first)),
                                       std::pair("second_moment", std::span(second))}) {
      const auto count = static_cast<std::uint64_t>(layout.count());
      hdf5::Dataset dataset = file.create_dataset(name, hdf5::Type::f32, {count});
      std::uint64_t row = 0;
      for (const ParameterInfo& parameter : layout.all()) {
        const auto values = moment.subspan(static_cast<std::size_t>(parameter.offset),
                                           static_cast<std::size_t>(parameter.size));
        dataset.write_rows(row, values.size(), std::as_bytes(values));
        row += values.size();
      }
    }
    file.close();
    EXPECT_TRUE(read_file(path) == read_file(expected));
    EXPECT_EQ(hash, xxh3_64_file(path));
  }
}

}  // namespace
}  // namespace amt
