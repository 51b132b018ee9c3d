// Removes TensorBoard records of earlier starts beyond the step where a run resumes. Local.
#pragma once

#include <cstdint>
#include <filesystem>

namespace amt {

/// Removes from a folder's event files the scalars of steps from `next_step` on and of validations
/// after `evaluated_step` steps, duplicates, and the incomplete end of a file. Files that need no
/// change are not touched. Throws an Error naming the file if that fails.
void cut_back_events(const std::filesystem::path& folder, std::int64_t next_step,
                     std::int64_t evaluated_step);

}  // namespace amt
