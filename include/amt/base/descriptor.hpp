// Owns a file descriptor.
#pragma once

#include <filesystem>

namespace amt {

/// A file descriptor that closes itself. Move-only; a moved-from object owns nothing.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}  ///< takes ownership; negative: owns nothing
  /// Calls open(2) with these flags and O_CLOEXEC. Throws an Error naming the path if it fails.
  Descriptor(const std::filesystem::path& path, int flags);
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();  ///< gives up the descriptor; the caller closes it

  /// Closes the descriptor now. Throws an Error naming `path` if the system reports that written
  /// data was lost.
  void close(const std::filesystem::path& path);

 private:
  int fd_ = -1;
};

}  // namespace amt
