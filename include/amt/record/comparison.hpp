// Runs that differ in one option: a table and a chart of how well each of them learned.
#pragma once

#include <string>
#include <vector>

#include "amt/run/sweep_paths.hpp"

namespace amt {

struct ComparedRun {
  std::string value;  ///< of the option
  RunPaths run;
};

/// Writes the sweep's table and report (docs/formats.md, "Run") from what the runs have recorded so
/// far, and returns the table as text. A run without metrics has an empty line. Local.
std::string compare_runs(const SweepPaths& sweep, const std::string& option,
                         const std::vector<ComparedRun>& runs);

}  // namespace amt
