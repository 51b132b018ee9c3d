#include "src/train/run_configuration.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/run/configuration.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

std::string configuration(const std::string& rate, const std::string& steps,
                          const std::string& threads) {
  return "[trainer]\nnum_train_steps = " + steps + "\nlearning_rate = " + rate +
         "\nthreads = " + threads + "\n\n[model]\nhidden_dim = 8\n";
}

std::string refusal(const RunPaths& paths, const std::string& now, bool load = true) {
  return test::refusal<UsageError>([&] { open_run(paths, now, load); });
}

TEST(RunConfiguration, AChangeThatAffectsTheResultIsReported) {
  const auto changes =
      changes_of_result(configuration("0.1", "10", "1"), configuration("0.2", "10", "4"));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].key, "trainer.learning_rate");
  EXPECT_EQ(changes[0].before, "0.1");
  EXPECT_EQ(changes[0].now, "0.2");
}

// The run was started by a version without this option.
TEST(RunConfiguration, AMissingOptionIsTakenToHaveHadItsDefault) {
  const std::string before = "[trainer]\nseed = 0\n";
  EXPECT_TRUE(changes_of_result(before, before + "log_z_regularization = 0\n").empty());
  EXPECT_EQ(changes_of_result(before, before + "log_z_regularization = 0.1\n").size(), 1u);
}

// Versions without trainer.reshuffle repeated the same order in every epoch.
TEST(RunConfiguration, ARunWithoutTheOptionDidNotReshuffle) {
  EXPECT_TRUE(changes_of_result("", "[trainer]\nreshuffle = false\n").empty());
  EXPECT_EQ(changes_of_result("", "[trainer]\nreshuffle = true\n").size(), 1u);
}

// An option without a declared effect, or one that no longer exists, must not change silently.
TEST(RunConfiguration, AnOptionWithoutADeclaredEffectMatters) {
  int new_one = 1;
  OptionTable known;
  known.add("trainer.new_one", &new_one, "");
  const auto changes = changes_of_result("", "[trainer]\nnew_one = 2\n", known, "config.ini");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].key, "trainer.new_one");
  EXPECT_EQ(changes[0].before, "1");
  const auto unknown = changes_of_result("[a]\nb = 1\n", "[a]\nb = 2\n", known, "config.ini");
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_EQ(unknown[0].key, "a.b");
}

TEST(RunConfiguration, DropoutMatters) {
  EXPECT_EQ(changes_of_result("", "[model]\nresid_pdrop = 0.5\n").size(), 1u);
}

TEST(RunConfiguration, PrecisionDoesNotMatter) {
  EXPECT_TRUE(changes_of_result("[trainer]\nmp = f32\n", "[trainer]\nmp = bf16\n").empty());
}

TEST(RunConfiguration, ShardingTheOptimizerDoesNotMatter) {
  EXPECT_TRUE(changes_of_result("", "[trainer]\nshard_optimizer = true\n").empty());
}

TEST(RunConfiguration, VerifyingTheDatasetDoesNotMatter) {
  EXPECT_TRUE(changes_of_result("[data]\nverify = true\n", "[data]\nverify = false\n").empty());
}

TEST(RunConfiguration, PeakOfTheDeviceDoesNotMatter) {
  EXPECT_TRUE(
      changes_of_result("[trainer]\npeak_flops = 0\n", "[trainer]\npeak_flops = 1e12\n").empty());
  EXPECT_TRUE(changes_of_result("[trainer]\ndevice = cpu\n",
                                "[trainer]\ndevice = cuda\nattention = plain\n"
                                "deterministic = false\nprofile_steps = 1:2\n")
                  .empty());
}

TEST(RunConfiguration, TheInitialModelDoesNotMatter) {
  EXPECT_TRUE(
      changes_of_result("[trainer]\ninitialize_from = a\n", "[trainer]\ninitialize_from = \n")
          .empty());
}

// A run that trainer.patience ended must be able to continue with a larger value.
TEST(RunConfiguration, PatienceAndKeepingTheBestDoNotMatter) {
  EXPECT_TRUE(changes_of_result("", "[trainer]\npatience = 3\n\n[checkpointer]\nkeep_best = true\n")
                  .empty());
}

TEST(RunConfiguration, TakesTheModelFromTheRun) {
  ModelConfig model;
  OptionTable given;
  model.register_options(given);
  given.set("model.num_layers", "3");
  adopt_values("[trainer]\nseed = 5\n\n[model]\nhidden_dim = 24\nnum_layers = 2\n", given, model);
  EXPECT_EQ(model.hidden_dim, 24);
  EXPECT_EQ(model.num_layers, 3);
}

TEST(RunConfiguration, ResumesIfThereAreCheckpoints) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path());
  EXPECT_FALSE(resumes(paths, true));
  std::filesystem::create_directories(paths.step(5));
  EXPECT_TRUE(resumes(paths, true));
  EXPECT_FALSE(resumes(paths, false));
}

TEST(RunConfiguration, WritesTheOptionsOfTheStart) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path() / "a" / "run");
  open_run(paths, configuration("0.1", "10", "1"), true);
  EXPECT_EQ(read_text(paths.config()), configuration("0.1", "10", "1"));
}

TEST(RunConfiguration, ARunWithCheckpointsKeepsItsConfiguration) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path());
  open_run(paths, configuration("0.1", "10", "1"), true);
  // Nothing has been saved yet, so the run can start over with any options.
  EXPECT_EQ(refusal(paths, configuration("0.3", "10", "1")), "");
  std::filesystem::create_directories(paths.step(5));
  EXPECT_TRUE(test::says(refusal(paths, configuration("0.1", "10", "1")),
                         {paths.run().string(), "trainer.learning_rate ", " 0.3,", " 0.1"}));
  EXPECT_EQ(refusal(paths, configuration("0.3", "10", "7")), "");
  EXPECT_EQ(refusal(paths, configuration("0.3", "20", "1")),
            "");  // more steps are allowed, with a warning
}

TEST(RunConfiguration, ARunWithoutItsConfigurationCannotResume) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path());
  open_run(paths, configuration("0.1", "10", "1"), true);
  std::filesystem::create_directories(paths.step(5));
  std::filesystem::remove(paths.config());
  EXPECT_TRUE(test::says(refusal(paths, configuration("0.1", "10", "1")),
                         {paths.run().string(), "step 5 ", "no config.ini"}));
  EXPECT_FALSE(std::filesystem::exists(paths.config()));
}

TEST(RunConfiguration, StartingOverInARunWithCheckpointsIsRefused) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path());
  std::filesystem::create_directories(paths.step(5));
  EXPECT_TRUE(test::says(refusal(paths, "", false),
                         {paths.run().string(), "step 5", "--trainer.load_last_checkpoint"}));
}

TEST(RunPaths, StepNamesRoundTrip) {
  EXPECT_EQ(RunPaths::step_name(123), "step-000123");
  EXPECT_EQ(RunPaths::step_of("step-000123"), 123);
  EXPECT_EQ(RunPaths::step_of("step-1234567"), 1234567);
  for (const char* name : {"step-123", "step-000123.partial", "step--00001", "latest", "step-",
                           "step-00012x", "step-99999999999999999999"}) {
    EXPECT_FALSE(RunPaths::step_of(name)) << name;
  }
}

}  // namespace
}  // namespace amt
