// Helpers for the fuzz targets of file formats.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "amt/base/files.hpp"

namespace amt {

inline void require(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// A file in memory that has a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::span<const std::byte> bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    write_all(fd_, bytes, "memory");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace amt
