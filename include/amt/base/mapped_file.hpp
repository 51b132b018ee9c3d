// Memory-mapped files. Accessing a page that no longer exists, because the file was truncated or
// its disk or server failed, raises SIGBUS. The process then prints one line that names the file
// and exits with code 1; mpirun ends the other ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace amt {

/// A read-only mapping. Move-only. Any thread may read the bytes. Local.
class MappedFile {
 public:
  /// Maps `bytes` bytes from `offset`. Throws an Error naming the path if that fails. The first
  /// mapping installs the SIGBUS handler; faults outside of mappings go to the previously installed
  /// one.
  MappedFile(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  struct Region;
  Region* region_;  // null after a move
  std::span<const std::byte> bytes_;
};

}  // namespace amt
