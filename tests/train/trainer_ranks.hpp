// What tests of training on several ranks share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "amt/mpi/communicator.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "amt/process/signals.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt::test {

/// Another reducer, for which the last rank's gradient is not finite in chosen steps.
class PoisonedRank : public Reducer {
 public:
  PoisonedRank(Reducer& to, std::vector<std::int64_t> steps) : to_(to), steps_(std::move(steps)) {}
  std::string name() const override { return to_.name(); }
  int rank() const override { return to_.rank(); }
  int ranks() const override { return to_.ranks(); }
  void broadcast(float* data, std::int64_t count) override { to_.broadcast(data, count); }
  void all_reduce(float* data, std::int64_t count) override {
    const bool now = std::ranges::find(steps_, step_) != steps_.end();
    if (now && rank() + 1 == ranks()) data[count - 1] = std::numeric_limits<float>::quiet_NaN();
    to_.all_reduce(data, count);
  }
  /// One float alone, so that one slice alone is not finite.
  void reduce_scatter(const SlicedBuffer& gradients, Slice range) override {
    const bool now = std::ranges::find(steps_, step_) != steps_.end();
    if (now && range.begin == 0 && rank() + 1 == ranks()) {
      *gradients.data = std::numeric_limits<float>::quiet_NaN();
    }
    to_.reduce_scatter(gradients, range);
  }
  void all_gather(const SlicedBuffer& buffer) override { to_.all_gather(buffer); }
  void wait() override {
    to_.wait();
    ++step_;
  }
  void sum(std::span<double> values) override { to_.sum(values); }
  double max(double value) override { return to_.max(value); }
  bool any(bool value) override { return to_.any(value); }

 private:
  Reducer& to_;
  std::vector<std::int64_t> steps_;
  std::int64_t step_ = 0;
};

/// The last rank's copy of what rank 0 sends is not quite the same, if there are several.
class SkewedRank : public PoisonedRank {
 public:
  explicit SkewedRank(Reducer& to) : PoisonedRank(to, {}) {}
  void broadcast(float* data, std::int64_t count) override {
    PoisonedRank::broadcast(data, count);
    if (rank() > 0 && rank() + 1 == ranks()) data[0] += 1e-3f;
  }
};

class TrainerRanksTest : public testing::Test {
 protected:
  ~TrainerRanksTest() override { set_stop_signal(0); }
  /// Rank 0's folder must not go away while others still make folders in it.
  void TearDown() override { world_.barrier(); }

  /// A folder that all ranks share; each rank's own where it trains alone.
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
  TrainedRun together(const TrainerSettings& s, const RowSource& rows) {
    world_.barrier();
    const TrainedRun result = run_trainer(tiny_model(), s, rows, &valid_, *ops_, *reducer_);
    world_.barrier();
    return result;
  }
  TrainedRun together(const std::filesystem::path& run, const RowSource& rows) {
    return together(settings(run), rows);
  }
  /// Largest difference of two runs' parameters.
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

/// Parameters, and what this rank has of both moments.
inline std::vector<float> everything(Gpt2& model, Optimizer& optimizer) {
  const auto total = static_cast<std::size_t>(model.layout().total());
  const auto part = static_cast<std::size_t>(optimizer.part().count());
  std::vector<float> all(total + 2 * part);
  model.get_parameters(std::span(all).first(total));
  model.ops().to_host(all.data() + total, optimizer.first_moment(), part * sizeof(float));
  model.ops().to_host(all.data() + total + part, optimizer.second_moment(), part * sizeof(float));
  return all;
}

}  // namespace amt::test
