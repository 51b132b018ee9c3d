// Small models and data for tests of the trainer, with steps of about a millisecond.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "amt/collective/reducer.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/trainer/trainer.hpp"
#include "tiny_model.hpp"

namespace amt::test {

/// A RowSource in memory.
class MemoryRows : public RowSource {
 public:
  MemoryRows(int row_length, std::vector<Token> tokens)
      : row_length_(row_length), tokens_(std::move(tokens)) {}
  int row_length() const override { return row_length_; }
  std::uint64_t rows() const override {
    return tokens_.size() / static_cast<std::size_t>(row_length_);
  }
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const override;

  /// Called before each read with its first row, to let a test act at a certain point.
  std::function<void(std::uint64_t)> before_read;

 private:
  int row_length_;
  std::vector<Token> tokens_;
};

/// Returns rows in which each token helps to predict the next one, so the loss can fall.
MemoryRows make_rows(std::uint64_t seed, int rows, const ModelConfig& config);

/// Returns settings with batches of 12 rows, 20 steps, validation every 5 steps, and no checkpoint
/// except the last.
TrainerSettings tiny_settings(const std::filesystem::path& run);

struct TrainedRun {
  Outcome outcome = Outcome::kFinished;
  TrainingState state;
  std::vector<float> parameters, first_moment, second_moment;
};

/// Creates a model and a trainer and trains. The returned moments are those in the last checkpoint.
TrainedRun run_trainer(const ModelConfig& config, const TrainerSettings& settings,
                       const RowSource& train, const RowSource* valid, Ops& ops,
                       const mpi::Communicator& ranks, Reducer& reducer);

/// Trains in the same way in a single process, on one thread.
TrainedRun run_alone(const TrainerSettings& settings, const RowSource& train,
                     const RowSource* valid);

/// Returns the values of one member from the lines of metrics.jsonl that have it, in order.
std::vector<double> metric(const std::filesystem::path& run, const std::string& name);

}  // namespace amt::test
