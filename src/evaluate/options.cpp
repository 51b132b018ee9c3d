#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/evaluate/job.hpp"

namespace amt {

void EvaluationOptions::register_options(OptionTable& table) {
  table.add("split", &split, "split to evaluate");
  table.add("subsample", &subsample, "evaluate every X-th row");
  table.add_flag("all", &all, "evaluate every checkpoint of a run, oldest first; implies --csv");
  table.add_flag("csv", &csv, "print CSV: a header line, then one line per checkpoint");
  table.add("batch", &batch, "rows evaluated at a time on each rank");
  device.register_options(table);
  table.add_customary("batch", {"batch_size", "micro_batch"});
}

void EvaluationOptions::validate() const {
  if (subsample < 1) throw UsageError("--subsample must be at least 1, not 0");
  if (batch < 1) throw UsageError(fmt::format("--batch must be at least 1, not {}", batch));
  device.validate();
}

}  // namespace amt
