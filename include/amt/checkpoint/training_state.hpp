// The state of a training run: everything, besides parameters and moments, that the next step
// needs.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace amt {

/// Losses and gradient norms of the last steps that changed the parameters; empty unless the run
/// skips spikes. The i-th step added, counted from 0, is at index i % kMost.
struct RecentSteps {
  static constexpr std::int64_t kMost = 128;
  std::array<double, kMost> losses{}, norms{};
  std::int64_t count = 0;  ///< steps added so far
  std::int64_t held() const { return count < kMost ? count : kMost; }
  void add(double loss, double norm) {
    losses[count % kMost] = loss;
    norms[count++ % kMost] = norm;
  }
};

/// Counters that are equal on all ranks.
struct TrainingProgress {
  std::int64_t step = 0;       ///< steps done, including skipped ones
  std::int64_t updates = 0;    ///< steps that changed the parameters: Adam's count
  std::uint64_t next_row = 0;  ///< in the training split, which repeats endlessly
  std::int64_t skipped = 0;    ///< steps whose gradient was not finite, or a spike
  std::int64_t skipped_in_a_row = 0;
  std::int64_t evaluated_step = 0;  ///< value of `step` at the last complete validation
  std::int64_t best_step = 0;       ///< value of `step` at the best validation; 0: none yet
  std::int64_t validations_since_best = 0;
  double best_loss = std::numeric_limits<double>::quiet_NaN();  ///< of the best validation
  RecentSteps recent;
  std::int64_t averaged = 0;  ///< weights added to the average so far (trainer.average)
};

struct TrainingState : TrainingProgress {
  int ranks = 1;  ///< for information; with another number, results match up to rounding
  std::uint64_t seed = 0;
  std::string dataset_digest;  ///< Manifest::digest, 16 hex digits
  std::string encoding;        ///< Encoding::name
  double train_loss = std::numeric_limits<double>::quiet_NaN();  ///< loss of the last step
  double valid_loss = std::numeric_limits<double>::quiet_NaN();  ///< loss of the last validation
};

/// Records the loss of a validation after `state.step` steps: it is the best if it is below all
/// earlier ones. A loss that is not finite is never the best.
void add_validation(TrainingState& state, double loss);

/// Returns JSON text with a final newline; non-finite losses are null.
std::string to_json(const TrainingState& state);

/// Throws UsageError unless the run in the folder `run`, whose state is `saved`, can continue as
/// `now`: the encoding, dataset and seed must be the same.
void check_continues(const std::filesystem::path& run, const TrainingState& saved,
                     const TrainingState& now);

/// Reads a training state. Throws an Error with the file and the problem, even if the only problem
/// is that its numbers contradict each other.
TrainingState read_training_state(const std::filesystem::path& path);

}  // namespace amt
