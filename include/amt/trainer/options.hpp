// Options of a training run, under Levanter's names. As in the reference's branch of
// Levanter, the optimiser's settings are keys of [trainer].
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"
#include "amt/base/or_auto.hpp"
#include "amt/device/step_profile.hpp"
#include "amt/optimizer/options.hpp"
#include "amt/resources/rank_device.hpp"

namespace amt {

struct TrainerOptions {
  std::string run_dir;          ///< everything the run writes: checkpoints, metrics, configuration
  std::string initialize_from;  ///< folder of a model to start from; empty: random weights
  OrAuto<std::int64_t> num_train_steps = 100000;
  int train_batch_size = 512;  ///< rows per step, over all ranks
  /// Rows per micro-batch on one rank; -1: the rank's whole share; auto: by the memory.
  OrAuto<int> per_device_parallelism = OrAuto<int>::open();
  OrAuto<std::int64_t> steps_per_eval = 1000;
  std::int64_t patience = 0;  ///< validations without a lower loss, before training ends; 0: never
  std::int64_t steps_per_sample = 0;  ///< a piece of music into the run's folder; 0: never
  std::int64_t max_eval_batches = 0;  ///< validate on this many global batches at most; 0: all
  std::uint64_t seed = 0;
  bool reshuffle = true;  ///< each epoch from the second on in an order of its own
  bool load_last_checkpoint = true;
  int max_skipped = 10;  ///< steps in a row whose gradient is not finite, before the job fails
  int threads = 0;       ///< per rank; 0: OMP_NUM_THREADS, else the rank's share of its node
  PrecisionPolicy mp;    ///< precision of activations and products
  double log_z_regularization = 0.0;  ///< weight of log(z)^2 in the training loss
  double peak_flops = 0;              ///< FLOP/s of one rank's device; 0: not known
  DeviceKind device = DeviceKind::kAuto;
  cuda::Attention attention = cuda::Attention::kAuto;  ///< of GPUs
  bool deterministic = true;                           ///< of GPUs: the same bits each time
  StepRange profile_steps;
  std::int64_t steps_per_straggler_check = 100;  ///< 0: never
  Duration watchdog = kDefaultWatchdog;  ///< without progress, before the job is ended; 0: never
  bool shard_optimizer = false;          ///< each rank keeps its own Slice of the moments alone

  void register_options(OptionTable& table);
  void validate() const;  ///< UsageError naming the option
  /// Rows of the global batch for one of `ranks` ranks. UsageError if they do not divide it.
  int share(int ranks) const;
  /// Rows per micro-batch on one of `ranks` ranks, at most if that is still to be chosen.
  /// UsageError naming values that work if ranks x micro-batch does not divide the global batch.
  int micro_batch(int ranks) const;
  DeviceWishes device_wishes() const;
};

}  // namespace amt
