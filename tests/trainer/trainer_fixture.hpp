// Fixture for tests of tiny training runs on one rank.
#pragma once

#include <gtest/gtest.h>

#include "amt/process/signals.hpp"
#include "amt/trainer/trainer.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {

class TrainerTest : public testing::Test {
 protected:
  ~TrainerTest() override { set_stop_signal(0); }

  TrainerSettings settings(const char* run) const {
    return test::tiny_settings(folder_.path() / run);
  }
  test::TrainedRun reference() const {
    return test::run_alone(settings("reference"), rows_, &valid_);
  }

  static void expect_same(const test::TrainedRun& a, const test::TrainedRun& b) {
    EXPECT_TRUE(a.parameters == b.parameters);
    EXPECT_TRUE(a.first_moment == b.first_moment);
    EXPECT_TRUE(a.second_moment == b.second_moment);
    EXPECT_EQ(a.state.step, b.state.step);
    EXPECT_EQ(a.state.updates, b.state.updates);
  }

  test::TemporaryFolder folder_;
  mpi::Communicator self_ = mpi::Communicator::self();
  test::MemoryRows rows_ = test::make_rows(1, 100, test::tiny_model());
  test::MemoryRows valid_ = test::make_rows(2, 7, test::tiny_model());
};

}  // namespace amt
