// Compares runs that differ in one option, in a table and a chart.
#pragma once

#include <string>
#include <vector>

#include "amt/run/sweep_paths.hpp"

namespace amt {

struct ComparedRun {
  std::string value;  ///< the option's value
  RunPaths run;
};

/// Writes the sweep's table and report (docs/formats.md, "Run") from the metrics recorded so
/// far, and returns the table as text. The cells of a run without metrics are empty. Local.
std::string compare_runs(const SweepPaths& sweep, const std::string& option,
                         const std::vector<ComparedRun>& runs);

}  // namespace amt
