// amt report
#include <iostream>

#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/record/report.hpp"
#include "command_line.hpp"
#include "launcher.hpp"
#include "runtime.hpp"

namespace amt {

ExitCode run_report(Runtime&, std::span<const std::string> args) {
  std::string run, svg, csv;
  OptionTable table;
  table.add("svg", &svg, "write only the loss chart, as SVG, to this file");
  table.add("csv", &csv, "write only the metrics of all steps, as CSV, to this file");
  const CommandLine line = {
      "report",
      "Writes RUN/report.html from what a training run has recorded so far, "
      "and prints the file's name. Runs without MPI; under mpirun, on rank 0 only.",
      {{"RUN", "folder of a run (trainer.run_dir)", &run}},
      &table};
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  if (!svg.empty() && !csv.empty()) throw UsageError("give --svg or --csv, not both");
  if (launcher_rank() > 0) return ExitCode::kDone;
  std::filesystem::path file = csv;
  if (csv.empty()) {
    file = write_report(RunPaths(run), svg);
  } else {
    write_metrics_csv(RunPaths(run), file);
  }
  if (!is_standard_output(file)) std::cout << file.string() << '\n';
  return ExitCode::kDone;
}

}  // namespace amt
