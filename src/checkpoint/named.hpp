// RUN/checkpoints/latest, best and verified: files that contain the name of a checkpoint beside
// them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "amt/run/paths.hpp"

namespace amt {

/// Returns the step of the named checkpoint, or nothing if there is no such file or its contents
/// are invalid.
std::optional<std::int64_t> named_step(const std::filesystem::path& file);

/// Returns the named checkpoint's folder if `path` is one of those files, otherwise `path`. Throws
/// an Error if such a file does not exist or does not name a checkpoint.
std::filesystem::path follow_name(const std::filesystem::path& path);

/// Points `file` to the checkpoint of this step. Removes it if `step` is 0 or has no checkpoint.
void name_checkpoint(const RunPaths& paths, const std::filesystem::path& file, std::int64_t step);

}  // namespace amt
