// RUN/checkpoints/latest, best and verified: files that contain the name of a checkpoint beside
// them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "amt/run/paths.hpp"

namespace amt {

/// The step in the file; nothing if there is no such file or its contents are invalid.
std::optional<std::int64_t> named_step(const std::filesystem::path& file);

/// The folder that `path` points to if it is one of those files, else `path`. Error if it is one
/// that does not exist or does not name a checkpoint.
std::filesystem::path follow_name(const std::filesystem::path& path);

/// Points `file` to the checkpoint of this step. Removes it if `step` is 0 or has no checkpoint.
void name_checkpoint(const RunPaths& paths, const std::filesystem::path& file, std::int64_t step);

}  // namespace amt
