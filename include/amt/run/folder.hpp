// Which folders may be used for a run: amt train never mixes its files with others. All calls are
// local.
#pragma once

#include <filesystem>

#include "amt/run/paths.hpp"

namespace amt {

/// UsageError, naming what is in the folder, unless the folder is new, empty, or a run's, and is
/// outside of the dataset. Other files may be added to a run's folder; logs and configurations may
/// be there before it starts.
void check_run_folder(const RunPaths& paths, const std::filesystem::path& dataset);

}  // namespace amt
