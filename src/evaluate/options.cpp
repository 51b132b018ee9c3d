#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/corpus/split.hpp"
#include "amt/evaluate/job.hpp"

namespace amt {

void EvaluationOptions::describe(OptionTable& table) {
  table.add("split", &split, "train, valid or test");
  table.add("subsample", &subsample, "look at every so-manyth row");
  table.add_flag("all", &all, "every checkpoint of a run, oldest first; implies --csv");
  table.add_flag("csv", &csv, "print CSV: a line of names, then a line for each checkpoint");
  table.add("batch", &batch, "rows at a time on each rank");
  table.add("threads", &threads, "per rank; 0: OMP_NUM_THREADS, else its share of the node");
  table.add("mp", &mp,
            "precision of activations and matrix products: f32, bf16, or auto: bf16 on GPUs and on "
            "processors with AMX, else f32");
  table.add("device", &device,
            "cuda, cpu, or auto: cuda where every rank has a GPU that can be used, else cpu");
  table.add("watchdog", &watchdog, kWatchdogHelp);
  table.add_customary("batch", {"batch_size", "micro_batch"});
  table.add_customary("mp", {"precision", "dtype", "bf16"});
}

DeviceWishes EvaluationOptions::device_wishes() const {
  DeviceWishes wishes;
  wishes.kind = device_kind(device, "--device");
  wishes.precision = mp;
  wishes.threads = threads;
  return wishes;
}

void EvaluationOptions::validate() const {
  split_from_name(split);
  if (subsample < 1) throw UsageError("--subsample must be at least 1, not 0");
  if (batch < 1) throw UsageError(str_cat("--batch must be at least 1, not ", batch));
  choose_precision(mp, "mp", Bf16Support::kNone);
  if (threads < 0) throw UsageError(str_cat("--threads must be 0 or more, not ", threads));
  device_kind(device, "--device");
}

}  // namespace amt
