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

/// A piece that the run has made.
struct RunSample {
  std::int64_t step = 0;  ///< steps done before it
  PianoRoll roll;
};

/// One page that needs no other file and no scripts: figures of the curves and of the samples, and
/// a table.
std::string run_report_html(const RunFacts& facts, const RunHistory& history,
                            const std::vector<RunSample>& samples = {});

/// The figure of both losses as a separate SVG file.
std::string loss_figure_svg(const RunFacts& facts, const RunHistory& history);

/// The job of `amt report`: writes RUN/report.html from what the run has recorded so far, or the
/// figure alone to `svg` if that is not "". Returns the file. Error if there is no such run. Local.
std::filesystem::path write_report(const RunPaths& run, const std::string& svg);

}  // namespace amt
