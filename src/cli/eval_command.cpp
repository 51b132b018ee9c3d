// amt eval
#include "amt/base/error.hpp"
#include "amt/evaluate/job.hpp"
#include "command_line.hpp"
#include "runtime.hpp"

namespace amt {

ExitCode run_eval(Runtime& runtime, std::span<const std::string> args) {
  EvaluationOptions options;
  OptionTable table;
  options.register_options(table);
  CommandLine line;
  line.command = "eval";
  line.summary = "Evaluates a model, or all checkpoints of a run, on a split of a dataset.";
  line.positionals = {{"CHECKPOINT", "folder of a checkpoint, of a run, or of a Hugging Face model",
                       &options.checkpoint},
                      {"DATASET", "folder created by `amt prepare`", &options.dataset}};
  line.table = &table;
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  options.validate();
  evaluate_checkpoints(runtime.start_mpi(options.device.watchdog, configuration_text(line)),
                       options);
  return ExitCode::kDone;
}

}  // namespace amt
