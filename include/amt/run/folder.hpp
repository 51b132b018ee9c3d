// What may be the folder of a run: nothing of anybody else's is ever mixed with what amt train
// writes. All calls local.
#pragma once

#include <filesystem>

#include "amt/run/paths.hpp"

namespace amt {

/// UsageError, saying what is there, unless the folder is new, empty, or has what amt train makes,
/// and lies outside of the dataset that is trained on. Beside a run's own files a user may keep
/// others; logs and configurations may be there before it.
void check_run_folder(const RunPaths& paths, const std::filesystem::path& dataset);

}  // namespace amt
