// The samples that a run has generated: RUN/samples.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/record/report.hpp"

namespace amt {

/// Returns the last few samples, newest first, without unreadable ones. Local.
std::vector<RunSample> newest_samples(const RunPaths& paths);

/// Removes samples of steps after `step`, which a killed process generated beyond its checkpoint.
void remove_samples_after(const RunPaths& paths, std::int64_t step);

}  // namespace amt
