#include "amt/optimizer/schedule.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/golden.hpp"

namespace amt {
namespace {

OptimizerOptions golden_options(const nlohmann::json& config) {
  OptimizerOptions options;
  options.learning_rate = config.at("learning_rate").get<double>();
  options.warmup_ratio = config.at("warmup_ratio");
  options.lr_schedule = value_of<LrSchedule>(config.at("lr_schedule").get<std::string>()).value();
  return options;
}

TEST(Schedule, AgreesWithTheReference) {
  for (const auto& folder : std::filesystem::directory_iterator(test::golden_model_dir())) {
    const auto run = nlohmann::json::parse(test::read_golden(folder.path() / "run.json"));
    const OptimizerOptions options = golden_options(run.at("config"));
    const std::int64_t steps = run.at("config").at("num_train_steps");
    for (const auto& step : run.at("steps")) {
      EXPECT_NEAR(learning_rate(options, steps, step.at("step")), step.at("lr").get<double>(),
                  1e-15)
          << folder.path() << " step " << step.at("step");
    }
  }
}

TEST(Schedule, WarmUpIsRoundedDown) {
  const OptimizerOptions options;
  EXPECT_EQ(warmup_steps(options, 100000), 1000);
  EXPECT_EQ(warmup_steps(options, 199), 1);
  EXPECT_EQ(warmup_steps(options, 99), 0);
}

TEST(Schedule, FirstUpdateHasRateZeroOnlyWithAWarmUp) {
  const OptimizerOptions options;
  EXPECT_EQ(learning_rate(options, 1000, 0), 0.0);
  EXPECT_EQ(learning_rate(options, 1000, 5), options.learning_rate / 2);
  EXPECT_EQ(learning_rate(options, 1000, 10), options.learning_rate);
  EXPECT_EQ(learning_rate(options, 50, 0), options.learning_rate);
}

TEST(Schedule, CosineAndLinearEndAtZeroAtTheLastStep) {
  OptimizerOptions options;
  for (const LrSchedule schedule : {LrSchedule::kCosine, LrSchedule::kLinear}) {
    options.lr_schedule = schedule;
    const char* name = word_of(schedule);
    EXPECT_GT(learning_rate(options, 1000, 999), 0.0) << name;
    EXPECT_NEAR(learning_rate(options, 1000, 1000), 0.0, 1e-18) << name;
    EXPECT_NEAR(learning_rate(options, 1000, 505), options.learning_rate / 2, 1e-15) << name;
    EXPECT_NEAR(learning_rate(options, 1000, 2000), 0.0, 1e-18) << name;
  }
}

TEST(Schedule, ConstantDoesNotChange) {
  OptimizerOptions options;
  options.lr_schedule = LrSchedule::kConstant;
  EXPECT_EQ(learning_rate(options, 1000, 5), options.learning_rate / 2);
  EXPECT_EQ(learning_rate(options, 1000, 999), options.learning_rate);
}

TEST(Schedule, WsdIsConstantAndThenFallsToZero) {
  OptimizerOptions options;
  options.lr_schedule = LrSchedule::kWsd;
  options.decay_ratio = 0.2;
  const double rate = options.learning_rate;
  EXPECT_EQ(decay_steps(options, 1000), 200);
  EXPECT_EQ(learning_rate(options, 1000, 5), rate / 2);
  for (const std::int64_t step : {10, 500, 799, 800}) {
    EXPECT_EQ(learning_rate(options, 1000, step), rate) << step;
  }
  EXPECT_NEAR(learning_rate(options, 1000, 850), rate / 2, 1e-15);
  EXPECT_NEAR(learning_rate(options, 1000, 928), rate * 0.2, 1e-15);
  EXPECT_EQ(learning_rate(options, 1000, 1000), 0);
  options.decay_ratio = 0;
  EXPECT_EQ(learning_rate(options, 1000, 999), rate);
  options.warmup_ratio = options.decay_ratio = 0.9;
  EXPECT_EQ(decay_steps(options, 1000), 100);
}

TEST(Schedule, WarmUpCanLastForAllSteps) {
  OptimizerOptions options;
  options.warmup_ratio = 1;
  EXPECT_EQ(learning_rate(options, 10, 9), options.learning_rate * 9 / 10);
  EXPECT_EQ(learning_rate(options, 10, 10), options.learning_rate);
}

}  // namespace
}  // namespace amt
