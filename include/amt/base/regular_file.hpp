// Random access to the bytes of a file. Local.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "amt/base/files.hpp"

namespace amt {

/// An open regular file; its size is the size when it was opened.
class RegularFile {
 public:
  /// Throws an Error that names the file if it cannot be opened, or is a pipe, a device or a
  /// folder; never waits for a writer.
  explicit RegularFile(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Fills `out` with the bytes from `offset`. Throws an Error that names the file if it is too
  /// short or cannot be read.
  void read_at(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  std::filesystem::path path_;
  Descriptor fd_;
  std::uint64_t size_ = 0;
};

}  // namespace amt
