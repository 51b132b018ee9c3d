// The state of a training run: all that the next step needs besides parameters and moments.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace amt {

/// What all ranks count alike.
struct TrainingProgress {
  std::int64_t step = 0;       ///< steps done, skipped ones included
  std::int64_t updates = 0;    ///< steps that changed the parameters: Adam's count
  std::uint64_t next_row = 0;  ///< of the training split's endless order
  std::int64_t skipped = 0;    ///< steps whose gradient was not finite
  std::int64_t skipped_in_a_row = 0;
  std::int64_t evaluated_step = 0;  ///< value of `step` at the last complete validation
  std::int64_t best_step = 0;       ///< value of `step` at the best validation; 0: none yet
  std::int64_t validations_since_best = 0;
  double best_loss = std::numeric_limits<double>::quiet_NaN();  ///< of the best validation
};

struct TrainingState : TrainingProgress {
  int ranks = 1;  ///< for information: another number continues to rounding
  std::uint64_t seed = 0;
  std::string dataset_digest;  ///< Manifest::digest, 16 hex digits
  std::string encoding;        ///< Encoding::name
  double train_loss = std::numeric_limits<double>::quiet_NaN();  ///< of the last step
  double valid_loss = std::numeric_limits<double>::quiet_NaN();  ///< of the last validation
};

/// Takes in the loss of a validation that was made after `state.step` steps: it is the best if it
/// is below all before it. One that is not finite never is.
void add_validation(TrainingState& state, double loss);

/// JSON text, ending in a newline; losses that are not finite are null.
std::string to_json(const TrainingState& state);

/// UsageError unless training that has `saved` in the folder `run` can go on as `now`: same
/// encoding, dataset and seed.
void check_continues(const std::filesystem::path& run, const TrainingState& saved,
                     const TrainingState& now);

/// Error naming the file and what is wrong with it, also where its numbers contradict each other.
TrainingState read_training_state(const std::filesystem::path& path);

}  // namespace amt
