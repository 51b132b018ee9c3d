// Bytes of a file in memory, without reading them. A page of it that is gone (the file was cut, its
// disk or its server failed) is a SIGBUS where it is touched: that ends the process with one line
// that names the file, and exit code 1; mpirun then ends the other ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace amt {

/// Move-only. Any thread may read the bytes. Local.
class MappedFile {
 public:
  /// `bytes` from `offset` on, read only. Error naming the path if it cannot be mapped. The first
  /// one installs the handler of SIGBUS; faults elsewhere go to the handler that was there before.
  MappedFile(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  struct Region;
  Region* region_;  // null: moved from
  std::span<const std::byte> bytes_;
};

}  // namespace amt
