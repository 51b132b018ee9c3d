// Decides where output goes if its path may be a symbolic link.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"
#include "amt/base/error.hpp"

namespace amt {

/// Exactly one of the two members is set.
struct OutputPlace {
  std::filesystem::path target;  ///< with all links resolved; may not exist yet
  Descriptor straight;           ///< an open pipe or device, or the target of /dev/stdout
};

/// Throws an Error naming the path as it was given if it is a folder, or a file that may not be
/// written. For a pipe, waits until it is opened at the other end.
OutputPlace find_output_place(const std::filesystem::path& given);

/// Returns the Error "cannot write PATH: REASON".
Error cannot_write(const std::filesystem::path& path, const std::string& reason);

}  // namespace amt
