// Checks that amt train does not mix a run's files with other files. All calls are local.
#pragma once

#include <filesystem>

#include "amt/run/paths.hpp"

namespace amt {

/// Throws a UsageError naming the contents of the folder unless the folder is new, empty or belongs
/// to a run, and is outside the dataset. Other files may be added to a run's folder, and logs and
/// configurations may be there before it starts.
void check_run_folder(const RunPaths& paths, const std::filesystem::path& dataset);

}  // namespace amt
