// Where a file is written when its name is a link.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"
#include "amt/base/error.hpp"

namespace amt {

/// One of the two.
struct OutputPlace {
  std::filesystem::path target;  ///< behind all symbolic links: a file, or what may become one
  Descriptor straight;           ///< open: a pipe, a device, or what /dev/stdout leads to
};

/// Error naming the path as it was given if it is a folder or a file that is not ours to write.
/// Waits for the other end of a pipe.
OutputPlace find_output_place(const std::filesystem::path& given);

/// "cannot write PATH: REASON"
Error cannot_write(const std::filesystem::path& path, const std::string& reason);

}  // namespace amt
