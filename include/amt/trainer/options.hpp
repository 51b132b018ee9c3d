// Options of a training run, named as in Levanter. As in the reference's branch of Levanter, the
// optimiser's options are keys of [trainer].
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"
#include "amt/base/or_auto.hpp"
#include "amt/checkpoint/disk_space.hpp"
#include "amt/device/step_profile.hpp"
#include "amt/optimizer/options.hpp"
#include "amt/resources/rank_device.hpp"

namespace amt {

struct TrainerOptions {
  std::string run_dir;          ///< folder of the run: checkpoints, metrics, configuration
  std::string initialize_from;  ///< folder of a model to start from; empty: random weights
  OrAuto<std::int64_t> num_train_steps = 100000;
  int train_batch_size = 512;  ///< rows per step, over all ranks
  /// Rows per micro-batch on each rank; -1: the rank's whole share; auto: as many as fit in memory.
  OrAuto<int> per_device_parallelism = OrAuto<int>::open();
  OrAuto<std::int64_t> steps_per_eval = 1000;
  std::int64_t patience = 0;  ///< validations without a lower loss before training ends; 0: never
  std::int64_t steps_per_sample = 0;  ///< steps between samples of music in run_dir; 0: never
  std::int64_t max_eval_batches = 0;  ///< maximum number of global batches in a validation; 0: all
  std::uint64_t seed = 0;
  bool reshuffle = true;  ///< each epoch after the first has its own row order
  bool load_last_checkpoint = true;
  int max_skipped = 10;      ///< skipped steps in a row before the job fails
  std::int64_t average = 0;  ///< steps that an average of the weights spans; 0: no average
  double skip_spikes = 0;    ///< standard deviations above recent losses or norms; 0: never
  int threads = 0;           ///< per rank; 0: OMP_NUM_THREADS, else the rank's share of its node
  PrecisionPolicy mp;        ///< precision of activations and products
  double log_z_regularization = 0.0;  ///< weight of log(z)^2 in the training loss
  double peak_flops = 0;              ///< FLOP/s of one rank's device; 0: unknown
  DeviceKind device = DeviceKind::kAuto;
  cuda::Attention attention = cuda::Attention::kAuto;  ///< on GPUs
  bool deterministic = true;                           ///< on GPUs: bitwise-reproducible
  StepRange profile_steps;
  std::int64_t steps_per_straggler_check = 100;  ///< 0: never
  std::int64_t steps_per_replica_check = 100;    ///< 0: only before a save
  std::int64_t steps_per_gradient_check = 200;   ///< 0: never
  Duration watchdog = kDefaultWatchdog;          ///< longest time without progress; 0: no limit
  bool shard_optimizer = false;  ///< each rank keeps only its own Slice of the moments

  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError that names the option
  /// Returns the rows of the global batch for each of `ranks` ranks. Throws UsageError if it does
  /// not divide evenly.
  int share(int ranks) const;
  /// Returns the rows per micro-batch on each of `ranks` ranks, or its upper limit if it has not
  /// been chosen yet. Throws UsageError with values that work if ranks x micro-batch does not
  /// divide the global batch.
  int micro_batch(int ranks) const;
  DeviceWishes device_wishes() const;
  CheckpointPlan checkpoint_plan(const CheckpointerOptions& checkpointer) const;
};

}  // namespace amt
