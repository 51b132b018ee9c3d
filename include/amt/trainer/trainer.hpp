// The training loop: steps, validations, metrics, checkpoints, stopping on a signal.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "amt/base/error.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/checkpoint/options.hpp"
#include "amt/collective/odd_ranks.hpp"
#include "amt/collective/reducer.hpp"
#include "amt/collective/stragglers.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/device/step_profile.hpp"
#include "amt/model/model.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/process/progress.hpp"
#include "amt/process/start_times.hpp"
#include "amt/record/recorder.hpp"
#include "amt/run/paths.hpp"
#include "amt/trainer/early_end.hpp"
#include "amt/trainer/options.hpp"
#include "amt/trainer/replica_check.hpp"
#include "amt/trainer/train_step.hpp"
#include "amt/trainer/weight_average.hpp"

namespace amt {

class MomentExchange;

struct TrainerSettings {
  TrainerOptions trainer;
  OptimizerOptions optimizer;
  CheckpointerOptions checkpointer;
  std::string dataset;  ///< the dataset's folder, for the report
  std::string
      dataset_digest;  ///< identifies the rows; a checkpoint made with other rows is refused
  std::string encoding;
  std::string arithmetic;  ///< see GradientCheck
  /// Fills in the parameters that a new run starts from; called only on rank 0. Null: random values
  /// that follow from the seed.
  std::function<void(std::span<float>)> initial_values = {};
  /// Called on rank 0 to write a sample of the model's music to this file; null: no samples.
  std::function<void(Model&, const std::filesystem::path&)> write_sample = {};
  StepProfile::Switch profiler = {};                  ///< the device's profiler; null: none
  std::optional<double> unigram_loss = std::nullopt;  ///< for the report: unigram_loss_of_run()
  /// Called on rank 0 before it writes a file that two jobs must not both write; an Error ends the
  /// run.
  std::function<void()> before_writing = {};
  StartFacts start = {};  ///< for run.json
  StartTimes times = {};  ///< the trainer adds its own phases and logs them
};

enum class Outcome : std::uint8_t {
  kFinished,  ///< num_train_steps are done, or trainer.patience has ended training; the run is
              ///< saved
  kStopped,   ///< a signal arrived; the run is saved and can be resumed
};

/// All public calls are collective: every rank creates a Trainer with the same settings and calls
/// run(). Everything passed by reference or pointer must outlive it. Only rank 0 accesses the run's
/// folder; the other ranks learn of an error there at the next collective call. A thread of rank 0
/// writes the checkpoints, one at a time, while training continues.
class Trainer {
 public:
  /// If `valid` is null, there are no validations.
  Trainer(Model& model, const mpi::Communicator& ranks, Reducer& reducer, const RowSource& train,
          const RowSource* valid, TrainerSettings settings);

  /// Starts from initial values, or from the newest usable checkpoint in the run's folder, and
  /// trains to num_train_steps or to the validation that exhausts trainer.patience. CollectiveError
  /// if there are checkpoints but none is usable, if more than max_skipped steps in a row were not
  /// finite, if the final loss is not finite, or if the folder cannot be written. WrongNumbers if
  /// the ranks do not agree bit for bit; before that, renames checkpoints that may contain wrong
  /// numbers, and adds the faulty host to `suspect-hosts` if it is certain.
  Outcome run();

  const TrainingState& state() const { return state_; }

 private:
  using Clock = std::chrono::steady_clock;

  Outcome train();
  void begin();
  void choose_algorithms();
  void initialise();
  std::optional<std::int64_t> load_newest(Checkpoint& checkpoint) const;
  void resume(const Checkpoint& checkpoint);
  void do_step(Progress& progress);
  void report_start(double step_seconds);
  void report(const StepResult& result, double seconds, Progress& progress);
  bool validate_if_due();
  std::optional<double> validation_loss();
  std::optional<double> average_loss();
  void set_everywhere(std::span<const float> values);
  void average_if_due();
  void sample_if_due();
  void save_if_due();
  void save(Keep keep);
  void start_writing(Keep keep);
  void write(Keep keep, bool is_best) const;
  void finish_writing();
  void notice_failed_writing();
  void check_learned();
  void start_checks();
  std::int64_t trusted_step() const;
  void check_numbers();
  void compare_replicas();
  void confirm_checkpoint() const;
  [[noreturn]] void end_with(const WrongNumbers& found);
  MomentExchange moments();
  void on_leader(const std::function<void()>& work);
  void in_run_folder(const std::function<void()>& work) const;
  std::string last_checkpoint() const;
  bool save_due() const;
  bool best_is_due() const;
  void say_end() const;
  bool at_last_step() const { return state_.step >= settings_.trainer.num_train_steps; }
  bool ends_early() const { return !at_last_step() && out_of_patience(state_, settings_.trainer); }
  bool finished() const { return at_last_step() || ends_early(); }
  bool leads() const { return ranks_.rank() == 0; }

  Model& model_;
  const mpi::Communicator& ranks_;
  Reducer& reducer_;
  const RowSource* valid_;
  TrainerSettings settings_;
  RunPaths paths_;
  TrainStep step_;
  ReplicaCheck replicas_;
  WeightAverage average_;  // rank 0 only
  StepProfile profile_;
  Stragglers stragglers_;
  TrainingState state_;
  RunFacts facts_;
  std::unique_ptr<RunRecorder> recorder_;  // rank 0 only
  std::optional<Error> not_recorded_;      // rank 0: an error in writing a step's metrics
  Clock::time_point last_save_;
  Requests requests_;                // what the ranks agreed on after the last step
  std::int64_t first_step_ = 0;      // of this process
  std::int64_t saved_step_ = 0;      // step of this run's newest checkpoint
  std::uint64_t reduced_bytes_ = 0;  // reduced by this rank in the last step
  // Rank 0: the checkpoint that the run resumed from, then copies to be written. Kept between
  // saves, because allocating it takes as long as copying into it.
  Checkpoint snapshot_;
  std::future<void>
      writing_;  // rank 0: writes snapshot_; declared last, so that its destructor waits first
};

}  // namespace amt
