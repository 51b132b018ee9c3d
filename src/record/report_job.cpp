#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/record/report.hpp"
#include "samples.hpp"

namespace amt {

std::filesystem::path write_report(const RunPaths& run, const std::string& svg) {
  if (!std::filesystem::exists(run.metrics())) {
    throw Error(fmt::format("{} has no metrics.jsonl; give the --trainer.run_dir of an amt train",
                            run.run().string()));
  }
  const RunHistory history = read_history(run.metrics());
  const RunFacts facts = read_run_facts(run.facts());
  const std::filesystem::path file = svg.empty() ? run.report() : std::filesystem::path(svg);
  remove_stale_temporaries(folder_of(file));
  write_file_atomically(file, svg.empty() ? run_report_html(facts, history, newest_samples(run))
                                          : loss_figure_svg(facts, history));
  return file;
}

}  // namespace amt
