#include "amt/checkpoint/training_state.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

TEST(TrainingState, ComesBackAsItWas) {
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
  write_file_atomically(folder.path() / "state.json", to_json(state));
  const TrainingState back = read_training_state(folder.path() / "state.json");
  EXPECT_EQ(to_json(back), to_json(state));
  EXPECT_EQ(back.train_loss, state.train_loss);
  EXPECT_EQ(back.seed, state.seed);
  EXPECT_TRUE(std::isnan(back.valid_loss));
}

TEST(TrainingState, NonsenseIsRefusedInOneLine) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "state.json";
  const std::string good = to_json(TrainingState{});
  for (std::string bad :
       {std::string("{"), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2)}) {
    write_file_atomically(path, bad);
    try {
      read_training_state(path);
      FAIL() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_NE(std::string(error.what()).find("state.json"), std::string::npos);
    }
  }
  std::string negative = good;
  negative.replace(negative.find("\"step\": 0"), 9, "\"step\": -1");
  write_file_atomically(path, negative);
  EXPECT_THROW(read_training_state(path), Error);
}

}  // namespace
}  // namespace amt
