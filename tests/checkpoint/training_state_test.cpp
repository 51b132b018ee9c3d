#include "amt/checkpoint/training_state.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

TEST(TrainingState, RoundTrips) {
  const test::TemporaryFolder folder;
  TrainingState state;
  state.step = 123;
  state.updates = 121;
  state.next_row = 984;
  state.skipped = 2;
  state.skipped_in_a_row = 1;
  state.evaluated_step = 100;
  state.seed = 0xFFFFFFFFFFFFFFFFu;
  state.dataset_digest = "0123456789abcdef";
  state.encoding = "arrival";
  state.train_loss = 0.1 + 0.2;
  state.best_step = 90;
  state.best_loss = 0.7 + 0.1;
  state.validations_since_best = 2;
  for (int i = 0; i < 200; ++i) state.recent.add(1.0 / (1 + i), 0.1 * i);
  write_file_atomically(folder.path() / "state.json", to_json(state));
  const TrainingState back = read_training_state(folder.path() / "state.json");
  EXPECT_EQ(to_json(back), to_json(state));
  EXPECT_EQ(back.train_loss, state.train_loss);
  EXPECT_EQ(back.seed, state.seed);
  EXPECT_EQ(back.best_loss, state.best_loss);
  EXPECT_EQ(back.recent.held(), RecentSteps::kMost);
  EXPECT_TRUE(std::isnan(back.valid_loss));
}

TEST(TrainingState, TheBestValidationIsTheFirstWithTheLowestLoss) {
  TrainingState state;
  const double nan = std::nan("");
  const auto validate = [&](double loss) {
    state.step += 10;
    add_validation(state, loss);
    return std::pair(state.best_step, state.validations_since_best);
  };
  using Best = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(validate(nan), Best(0, 1));
  EXPECT_EQ(validate(5), Best(20, 0));
  EXPECT_EQ(validate(5), Best(20, 1));
  EXPECT_EQ(validate(nan), Best(20, 2));
  EXPECT_TRUE(std::isnan(state.valid_loss));
  EXPECT_EQ(state.best_loss, 5);
  EXPECT_EQ(validate(4.5), Best(50, 0));
  EXPECT_EQ(validate(INFINITY), Best(50, 1));
  EXPECT_EQ(state.evaluated_step, 60);
}

TEST(TrainingState, AnImpossibleBestValidationIsRefused) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "state.json";
  TrainingState good;
  good.step = good.updates = 20;
  good.next_row = 20;
  good.evaluated_step = 15;
  good.best_step = 10;
  good.best_loss = 4;
  good.validations_since_best = 5;
  const auto is_read = [&](const TrainingState& state) {
    write_file_atomically(path, to_json(state));
    return test::refusal<Error>([&] { read_training_state(path); }).empty();
  };
  EXPECT_TRUE(is_read(good));
  TrainingState bad = good;
  bad.best_step = 16;
  EXPECT_FALSE(is_read(bad));
  bad = good;
  bad.validations_since_best = 6;
  EXPECT_FALSE(is_read(bad));
  bad = good;
  bad.best_step = 0;
  EXPECT_FALSE(is_read(bad));
  bad = good;
  bad.best_loss = std::nan("");
  EXPECT_FALSE(is_read(bad));
}

// Older versions did not track the best validation.
TEST(TrainingState, AStateWithoutABestValidationIsRead) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "state.json";
  TrainingState state;
  state.step = state.updates = 20;
  state.next_row = 20;
  state.evaluated_step = 15;
  std::string text = to_json(state);
  for (const char* name : {"best_step", "best_loss", "validations_since_best"}) {
    text.replace(text.find(name), 4, "else");
  }
  write_file_atomically(path, text);
  EXPECT_EQ(read_training_state(path).best_step, 0);
}

TEST(TrainingState, ImpossibleValuesAreRefusedInOneLine) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "state.json";
  const std::string good = to_json(TrainingState{});
  for (const std::string& bad :
       {std::string("{"), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2)}) {
    write_file_atomically(path, bad);
    EXPECT_TRUE(test::refuses<Error>([&] { read_training_state(path); }, {"state.json"})) << bad;
  }
  std::string negative = good;
  negative.replace(negative.find("\"step\": 0"), 9, "\"step\": -1");
  write_file_atomically(path, negative);
  EXPECT_THROW(read_training_state(path), Error);
}

}  // namespace
}  // namespace amt
