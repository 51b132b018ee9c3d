#include "amt/trainer/options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "amt/base/error.hpp"
#include "amt/resources/divisors.hpp"

namespace amt {
void TrainerOptions::register_options(OptionTable& table) {
  table.add("trainer.run_dir", &run_dir,
            "folder for the run's checkpoints, metrics and configuration; an option name in "
            "braces, such as {trainer.seed}, is replaced by its value",
            Effect::kNothing);
  // Ignored when a run resumes from its own checkpoint.
  table.add("trainer.initialize_from", &initialize_from,
            "start from the model in this folder (a checkpoint or a Hugging Face model) instead of "
            "random weights",
            Effect::kNothing);
  table.add("trainer.num_train_steps", &num_train_steps,
            "number of steps; auto: 5 passes over the training rows, but at least 100 steps");
  table.add("trainer.train_batch_size", &train_batch_size, "rows per step, over all ranks");
  table.add("trainer.per_device_parallelism", &per_device_parallelism,
            "rows per micro-batch on each rank; must divide the rank's share of the batch; -1: the "
            "whole share; auto: as many as fit in memory, up to 64 on a GPU or 8 on a CPU, and "
            "unchanged when a run is resumed",
            Effect::kRounding);
  table.add("trainer.steps_per_eval", &steps_per_eval,
            "steps between validations; auto: a twentieth of all steps", Effect::kNothing);
  // Affects no training step, so a run that ended early may continue with more patience.
  table.add("trainer.patience", &patience,
            "end training early after X consecutive validations without a lower loss; 0: never",
            Effect::kNothing);
  table.add("trainer.steps_per_sample", &steps_per_sample,
            "steps between sample pieces, which are written to run_dir/samples; 0: none",
            Effect::kNothing);
  table.add("trainer.max_eval_batches", &max_eval_batches,
            "validate on at most X batches of train_batch_size rows; 0: the whole split",
            Effect::kNothing);
  table.add("trainer.seed", &seed,
            "random seed for the initial weights, the dropout masks and the row order of epochs "
            "after the first");
  table.add("trainer.reshuffle", &reshuffle,
            "shuffle the rows again for each epoch after the first; false: keep the same order");
  table.add("trainer.load_last_checkpoint", &load_last_checkpoint,
            "resume from the newest checkpoint in run_dir", Effect::kNothing);
  table.add(
      "trainer.max_skipped", &max_skipped,
      "fail after more than X consecutive skipped steps; a step is skipped if its loss or gradient "
      "is not finite or is a spike",
      Effect::kNothing);
  table.add(
      "trainer.average", &average,
      "also maintain an average of the weights over about the last X steps, validate it, and save "
      "it in checkpoints/step-N/average; 0: none",
      Effect::kNothing);
  table.add("trainer.skip_spikes", &skip_spikes,
            "skip a step whose loss or gradient norm is more than X standard deviations above the "
            "mean of the last 128 steps (typically 6); 0: never");
  table.add("trainer.threads", &threads,
            "threads per rank; 0: OMP_NUM_THREADS if set, otherwise the rank's share of the node's "
            "cores",
            Effect::kRounding);
  table.add("trainer.mp", &mp,
            "precision of activations and matrix products; parameters and accumulations are always "
            "f32 (auto: bf16 on GPUs and on CPUs with AMX, otherwise f32)",
            Effect::kRounding);
  table.add(
      "trainer.log_z_regularization", &log_z_regularization,
      "add X * log(z)^2 to each position's training loss, where z is the softmax denominator");
  table.add(
      "trainer.peak_flops", &peak_flops,
      "peak FLOP/s of each rank's device, used to compute mfu in metrics.jsonl; 0: the GPU's "
      "data-sheet value, if known, otherwise no mfu; on a CPU, set it to about cores x Hz x 64 "
      "(AVX-512) or x 32 (AVX2)",
      Effect::kNothing);
  table.add("trainer.device", &device,
            "device to compute on (auto: cuda if every rank has a usable GPU, otherwise cpu)",
            Effect::kRounding);
  table.add("trainer.attention", &attention,
            "attention implementation on GPUs (plain: amt's own; auto: cuDNN's if available)",
            Effect::kRounding);
  table.add("trainer.deterministic", &deterministic,
            "bitwise-reproducible training on GPUs; false: 3 to 4 % faster, because matrix-product "
            "algorithms are chosen by timing them at the start, and the order of additions in "
            "attention gradients and NCCL's sums (NVLS) may vary",
            Effect::kRounding);
  table.add("trainer.profile_steps", &profile_steps,
            "A:B: profile steps A to B - 1 (counted from 0) with a GPU profiler, e.g. nsys profile "
            "--capture-range cudaProfilerApi",
            Effect::kNothing);
  table.add("trainer.shard_optimizer", &shard_optimizer,
            "ZeRO stage 1: each rank keeps the optimiser state of only its share of the parameters",
            Effect::kRounding);
  table.add("trainer.steps_per_straggler_check", &steps_per_straggler_check,
            "steps between checks for slow ranks; 0: never", Effect::kNothing);
  table.add(
      "trainer.steps_per_replica_check", &steps_per_replica_check,
      "steps between comparisons of the ranks' parameters and moments, which must be equal; 0: "
      "only before a save",
      Effect::kNothing);
  table.add(
      "trainer.steps_per_gradient_check", &steps_per_gradient_check,
      "steps between gradient checks, in which each rank recomputes another rank's gradient; 0: "
      "never",
      Effect::kNothing);
  table.add("trainer.watchdog", &watchdog, kWatchdogHelp, Effect::kNothing);
  table.add_customary("trainer.run_dir", {"output", "output_dir", "out_dir", "save_dir", "logdir"});
  table.add_customary("trainer.initialize_from", {"pretrained", "from_pretrained", "init_from"});
  table.add_customary("trainer.num_train_steps",
                      {"steps", "max_steps", "num_steps", "iterations", "max_iters"});
  table.add_customary("trainer.train_batch_size", {"batch", "batch_size", "global_batch_size"});
  table.add_customary("trainer.per_device_parallelism",
                      {"micro_batch", "micro_batch_size", "per_device_train_batch_size"});
  table.add_customary("trainer.steps_per_eval", {"eval_steps", "eval_interval", "eval_every"});
  table.add_customary("trainer.patience", {"early_stopping", "early_stopping_patience"});
  table.add_customary("trainer.reshuffle", {"shuffle", "reshuffle_each_epoch"});
  table.add_customary("trainer.load_last_checkpoint", {"resume", "resume_from_checkpoint"});
  table.add_customary("trainer.average", {"ema", "ema_decay", "swa", "lawa"});
  table.add_customary("trainer.skip_spikes", {"skip_bad_steps", "spike_threshold"});
  table.add_customary("trainer.threads", {"num_threads", "cpus"});
  table.add_customary("trainer.mp", {"precision", "dtype", "bf16", "fp16", "fp32", "amp"});
  table.add_customary("trainer.device", {"gpu", "gpus", "cuda", "cpu"});
  table.add_customary("trainer.shard_optimizer", {"zero", "zero_stage", "fsdp"});
}

void TrainerOptions::validate() const {
  if (run_dir.empty()) {
    throw UsageError("--trainer.run_dir must name the folder that this run writes to");
  }
  require_option(num_train_steps.automatic || num_train_steps >= 1, "trainer.num_train_steps",
                 num_train_steps.value, "be at least 1");
  require_option(train_batch_size >= 1, "trainer.train_batch_size", train_batch_size,
                 "be at least 1");
  const OrAuto<int>& rows = per_device_parallelism;
  require_option(rows.automatic || rows >= 1 || rows == -1, "trainer.per_device_parallelism",
                 rows.value, "be at least 1, -1 for a rank's whole share, or auto");
  require_option(steps_per_eval.automatic || steps_per_eval >= 1, "trainer.steps_per_eval",
                 steps_per_eval.value, "be at least 1");
  require_option(patience >= 0, "trainer.patience", patience, "be 0 or more");
  require_option(steps_per_sample >= 0, "trainer.steps_per_sample", steps_per_sample,
                 "be 0 or more");
  require_option(max_eval_batches >= 0, "trainer.max_eval_batches", max_eval_batches,
                 "be 0 or more");
  require_option(steps_per_straggler_check >= 0, "trainer.steps_per_straggler_check",
                 steps_per_straggler_check, "be 0 or more");
  require_option(steps_per_replica_check >= 0, "trainer.steps_per_replica_check",
                 steps_per_replica_check, "be 0 or more");
  require_option(steps_per_gradient_check >= 0, "trainer.steps_per_gradient_check",
                 steps_per_gradient_check, "be 0 or more");
  require_option(max_skipped >= 0, "trainer.max_skipped", max_skipped, "be 0 or more");
  require_option(average >= 0, "trainer.average", average, "be 0 or more");
  require_option(std::isfinite(skip_spikes) && skip_spikes >= 0, "trainer.skip_spikes", skip_spikes,
                 "be 0 or more");
  require_option(threads >= 0, "trainer.threads", threads, "be 0 or more");
  require_option(log_z_regularization >= 0, "trainer.log_z_regularization", log_z_regularization,
                 "be 0 or more");
  require_option(std::isfinite(peak_flops) && peak_flops >= 0, "trainer.peak_flops", peak_flops,
                 "be 0 or more");
  const std::string cpu_only = device_wishes().cpu_only();
  if (device == DeviceKind::kCuda && !cpu_only.empty()) {
    throw UsageError(fmt::format("--trainer.device cuda cannot be used: {}", cpu_only));
  }
}

DeviceWishes TrainerOptions::device_wishes() const {
  return {device, attention, deterministic, mp, "--trainer.mp", threads};
}

CheckpointPlan TrainerOptions::checkpoint_plan(const CheckpointerOptions& checkpointer) const {
  return {num_train_steps, checkpointer, average > 0, steps_per_gradient_check > 0};
}

int TrainerOptions::share(int ranks) const {
  const int share = train_batch_size / ranks;
  if (share * ranks == train_batch_size) return share;
  const int rows = std::max(1, per_device_parallelism.value);  // with auto or -1, any share will do
  throw UsageError(fmt::format("--trainer.train_batch_size {} is not divisible by {} ranks; use {}",
                               train_batch_size, ranks,
                               multiples_near(train_batch_size, std::int64_t{ranks} * rows)));
}

int TrainerOptions::micro_batch(int ranks) const {
  const int share = this->share(ranks);
  const int micro = per_device_parallelism;
  if (per_device_parallelism.automatic || micro == -1) return std::max(1, share);
  if (share % micro != 0) {
    throw UsageError(
        fmt::format("--trainer.train_batch_size {} is not divisible by {} ranks x micro-batch {}; "
                    "use --trainer.per_device_parallelism {}, or --trainer.train_batch_size {}",
                    train_batch_size, ranks, micro, divisors_near(share, micro),
                    multiples_near(train_batch_size, std::int64_t{ranks} * micro)));
  }
  return micro;
}

}  // namespace amt
