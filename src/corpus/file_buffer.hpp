// A buffer that is reused for each file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace amt {

/// Grows as needed, and is shrunk again after an unusually large file.
class FileBuffer {
 public:
  /// Returns uninitialised space for a file, valid until the next call.
  std::span<std::byte> room(std::uint64_t bytes) {
    constexpr std::uint64_t kKept = 16 << 20;
    if (bytes > size_ || (size_ > kKept && bytes <= kKept)) {
      bytes_.reset();  // first, so that the old and the new one never exist at the same time
      bytes_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
      size_ = bytes;
    }
    return {bytes_.get(), bytes};
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint64_t size_ = 0;
};

}  // namespace amt
