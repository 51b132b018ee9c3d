// Opens files in an untrusted folder without ever blocking (on pipes or devices).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "amt/base/regular_file.hpp"

namespace amt {

/// An open file that had `bytes` bytes when it was listed, read from front to back. Errors name its
/// path.
class ListedFile {
 public:
  /// Throws Error if it cannot be opened, is a pipe or a device, or if its size has changed.
  ListedFile(std::filesystem::path path, std::uint64_t bytes);

  /// Reads the next bytes. Throws Error if the file ends too early.
  void read(std::span<std::byte> bytes);

 private:
  RegularFile file_;
  std::uint64_t at_ = 0;
};

}  // namespace amt
