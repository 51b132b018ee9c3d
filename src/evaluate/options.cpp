#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/evaluate/job.hpp"

namespace amt {

void EvaluationOptions::describe(OptionTable& table) {
  table.add("split", &split, "the part of the dataset that is evaluated");
  table.add("subsample", &subsample, "look at every so-manyth row");
  table.add_flag("all", &all, "every checkpoint of a run, oldest first; implies --csv");
  table.add_flag("csv", &csv, "print CSV: a line of names, then a line for each checkpoint");
  table.add("batch", &batch, "rows at a time on each rank");
  table.add("threads", &threads, "per rank; 0: OMP_NUM_THREADS, else its share of the node");
  table.add("mp", &mp,
            "precision of activations and matrix products (auto is bf16 on GPUs and on processors "
            "with AMX, else f32)");
  table.add("device", &device,
            "what computes (auto is cuda where every rank has a GPU that can be used, else cpu)");
  table.add("watchdog", &watchdog, kWatchdogHelp);
  table.add_customary("batch", {"batch_size", "micro_batch"});
  table.add_customary("mp", {"precision", "dtype", "bf16"});
}

DeviceWishes EvaluationOptions::device_wishes() const {
  DeviceWishes wishes;
  wishes.kind = device;
  wishes.precision = mp;
  wishes.threads = threads;
  return wishes;
}

void EvaluationOptions::validate() const {
  if (subsample < 1) throw UsageError("--subsample must be at least 1, not 0");
  if (batch < 1) throw UsageError(fmt::format("--batch must be at least 1, not {}", batch));
  if (threads < 0) throw UsageError(fmt::format("--threads must be 0 or more, not {}", threads));
}

}  // namespace amt
