// Cuts TensorBoard's records of earlier starts back to where a run resumes. Local.
#pragma once

#include <cstdint>
#include <filesystem>

namespace amt {

/// Removes from the events files of a folder the scalars of steps from `next_step` on and
/// validations after `evaluated_step` steps, what comes a second time, and the end of a file that
/// was cut. Files that need no change are not touched. Error naming the file if that fails.
void cut_back_events(const std::filesystem::path& folder, std::int64_t next_step,
                     std::int64_t evaluated_step);

}  // namespace amt
