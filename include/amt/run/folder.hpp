// Which folders may hold a run: amt train never mixes its files with others. All calls local.
#pragma once

#include <filesystem>

#include "amt/run/paths.hpp"

namespace amt {

/// UsageError, naming what is there, unless the folder is new, empty, or a run's, and lies outside
/// of the dataset. Other files may stand beside a run's; logs and configurations may be there
/// before it starts.
void check_run_folder(const RunPaths& paths, const std::filesystem::path& dataset);

}  // namespace amt
