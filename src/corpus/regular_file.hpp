// Files of a folder that is not trusted: whatever lies there when it is opened, nothing blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "amt/base/files.hpp"

namespace amt {

/// An open file that had `bytes` when it was listed. Errors name its path.
class RegularFile {
 public:
  /// Error if it cannot be opened, is a pipe or a device, or has another size by now.
  RegularFile(std::filesystem::path path, std::uint64_t bytes);

  /// The next bytes. Error if the file ends before.
  void read(std::span<std::byte> bytes);

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace amt
