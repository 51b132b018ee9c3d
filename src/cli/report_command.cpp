// amt report: a training run's metrics -> report.html, or its losses as a picture.
#include <iostream>

#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/record/report.hpp"
#include "amt/run/paths.hpp"
#include "command_line.hpp"
#include "launcher.hpp"
#include "runtime.hpp"

namespace amt {
namespace {

void report(const RunPaths& paths, const std::string& svg) {
  if (!std::filesystem::exists(paths.metrics())) {
    throw Error(str_cat(paths.run().string(),
                        " holds no metrics.jsonl; name the --trainer.run_dir of an amt train"));
  }
  const RunHistory history = read_history(paths.metrics());
  const RunFacts facts = read_run_facts(paths.facts());
  const std::filesystem::path file = svg.empty() ? paths.report() : std::filesystem::path(svg);
  remove_stale_temporaries(folder_of(file));
  write_file_atomically(
      file, svg.empty() ? run_report_html(facts, history) : loss_figure_svg(facts, history));
  if (!is_standard_output(file)) std::cout << file.string() << '\n';
}

}  // namespace

int run_report(Runtime&, std::span<const std::string> args) {
  std::string run, svg;
  OptionTable table;
  table.add("svg", &svg, "write only the figure of the losses, to this file");
  const CommandLine line = {"report",
                            "Writes RUN/report.html from what a training run has recorded so far, "
                            "and prints its name. One process, no MPI: of several the first alone.",
                            {{"RUN", "folder of a run (trainer.run_dir)", &run}},
                            &table};
  if (!parse_command_line(line, args)) return static_cast<int>(ExitCode::kDone);
  if (launcher_rank() == 0) report(RunPaths(run), svg);
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace amt
