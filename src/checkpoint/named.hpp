// RUN/checkpoints/latest and best: files whose text is the name of a checkpoint beside them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace amt {

/// The step of the checkpoint that `file` names; nothing if there is no such file, or no valid name
/// in it.
std::optional<std::int64_t> named_step(const std::filesystem::path& file);

/// The folder that `path` stands for if it is one of those files, else `path`. Error if it is one
/// that does not exist, or names no checkpoint.
std::filesystem::path follow_name(const std::filesystem::path& path);

}  // namespace amt
