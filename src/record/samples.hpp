// Samples that a run has generated: RUN/samples.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/record/report.hpp"

namespace amt {

/// The last few, newest first. What cannot be read is left out. Local.
std::vector<RunSample> newest_samples(const RunPaths& paths);

/// Removes those of steps after `step`, which a killed process made beyond its checkpoint.
void remove_samples_after(const RunPaths& paths, std::int64_t step);

}  // namespace amt
