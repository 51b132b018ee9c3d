#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/record/report.hpp"
#include "metrics_csv.hpp"
#include "samples.hpp"

namespace amt {

namespace {

void check_has_metrics(const RunPaths& run) {
  if (std::filesystem::exists(run.metrics())) return;
  throw Error(fmt::format("{} has no metrics.jsonl; use the --trainer.run_dir of an amt train",
                          run.run().string()));
}

void write_output(const std::filesystem::path& file, const std::string& text) {
  remove_stale_temporaries(folder_of(file));
  write_file_atomically(file, text);
}

}  // namespace

std::filesystem::path write_report(const RunPaths& run, const std::string& svg) {
  check_has_metrics(run);
  const RunHistory history = read_history(run.metrics());
  const RunFacts facts = read_run_facts(run.facts());
  const std::filesystem::path file = svg.empty() ? run.report() : std::filesystem::path(svg);
  write_output(file, svg.empty() ? run_report_html(facts, history, newest_samples(run))
                                 : loss_figure_svg(facts, history));
  return file;
}

void write_metrics_csv(const RunPaths& run, const std::filesystem::path& file) {
  check_has_metrics(run);
  write_output(file, metrics_csv(run.metrics()));
}

}  // namespace amt
