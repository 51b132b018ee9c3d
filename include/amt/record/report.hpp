// RUN/report.html: the HTML report of a run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "amt/charts/piano_roll.hpp"
#include "amt/record/facts.hpp"
#include "amt/record/history.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// A piece that the run has generated.
struct RunSample {
  std::int64_t step = 0;  ///< number of steps before it was generated
  PianoRoll roll;
};

/// Creates the page, which needs no other files and no scripts: charts of the curves, the samples,
/// and a table.
std::string run_report_html(const RunFacts& facts, const RunHistory& history,
                            const std::vector<RunSample>& samples = {});

/// Returns the chart with both losses, as a separate SVG file.
std::string loss_figure_svg(const RunFacts& facts, const RunHistory& history);

/// Does the `amt report` job: writes RUN/report.html from what the run has recorded so far or, if
/// `svg` is not "", only the loss chart to `svg`. Returns the file. Throws Error if there is no
/// such run. Local.
std::filesystem::path write_report(const RunPaths& run, const std::string& svg);

/// Writes the CSV table of the `amt report` job to `file`, with a line for each step
/// (docs/formats.md, "Metrics"). Local.
void write_metrics_csv(const RunPaths& run, const std::filesystem::path& file);

}  // namespace amt
