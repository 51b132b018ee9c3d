// Fixture for tests of training on several ranks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/process/signals.hpp"
#include "support/mpi_calls.hpp"
#include "support/reducers.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt::test {

class TrainerRanksTest : public testing::Test {
 protected:
  ~TrainerRanksTest() override { set_stop_signal(0); }
  /// Waits for all ranks, because rank 0's folder must not be removed while others still use it.
  void TearDown() override { world_.barrier(); }

  /// Returns rank 0's folder, which all ranks share.
  std::filesystem::path shared() const {
    std::string path = folder_.path().string();
    world_.broadcast(path, 0);
    return path;
  }
  TrainerSettings settings(const std::filesystem::path& run) const {
    TrainerSettings s = tiny_settings(run);
    s.trainer.per_device_parallelism = 1;
    return s;
  }
  TrainedRun alone() const { return run_alone(settings(folder_.path() / "alone"), rows_, &valid_); }
  TrainedRun train(const TrainerSettings& s, const RowSource& rows, const RowSource& valid,
                   Reducer& reducer) {
    world_.barrier();
    return run_trainer(tiny_model(), s, rows, &valid, *ops_, world_, reducer);
  }
  TrainedRun together(const TrainerSettings& s, const RowSource& rows) {
    const TrainedRun result = train(s, rows, valid_, *reducer_);
    world_.barrier();
    return result;
  }
  TrainedRun together(const std::filesystem::path& run, const RowSource& rows) {
    return together(settings(run), rows);
  }
  /// Makes three steps. Each must sum the gradient and, in one other call, this many doubles.
  void expect_sums_of_steps(TrainStep& step, Model& model, std::size_t numbers) {
    TrainingState state;
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t before = reducer_->reduced_bytes();
      all_reduces().clear();
      step.run(state, [] { return Requests{}; });
      EXPECT_EQ(reducer_->reduced_bytes() - before,
                static_cast<std::uint64_t>(model.layout().total()) * sizeof(float));
      EXPECT_EQ(all_reduces(), std::vector<std::size_t>{numbers * sizeof(double)});
    }
  }
  bool last() const { return world_.rank() + 1 == world_.size(); }
  /// Returns the largest difference between two runs' parameters.
  static double distance(const TrainedRun& a, const TrainedRun& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.parameters.size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(a.parameters[i]) -
                                           static_cast<double>(b.parameters[i])));
    }
    return largest;
  }

  TemporaryFolder folder_;
  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  std::unique_ptr<Reducer> reducer_ = make_mpi_reducer(*ops_, world_);
  MemoryRows rows_ = make_rows(1, 100, tiny_model());
  MemoryRows valid_ = make_rows(2, 7, tiny_model());
};

/// Returns the parameters and this rank's part of both moments.
inline std::vector<float> everything(Model& model, Optimizer& optimizer) {
  const auto total = static_cast<std::size_t>(model.layout().total());
  const auto part = static_cast<std::size_t>(optimizer.part().count());
  std::vector<float> all(total + 2 * part);
  model.get_parameters(std::span(all).first(total));
  model.ops().to_host(all.data() + total, optimizer.first_moment(), part * sizeof(float));
  model.ops().to_host(all.data() + total + part, optimizer.second_moment(), part * sizeof(float));
  return all;
}

}  // namespace amt::test
