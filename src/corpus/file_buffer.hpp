// A buffer that is reused from file to file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace amt {

/// Grows with the files, and is given back after a file that was much larger than most.
class FileBuffer {
 public:
  /// Room for a file, valid until the next call; not initialised.
  std::span<std::byte> room(std::uint64_t bytes) {
    constexpr std::uint64_t kKept = 16 << 20;
    if (bytes > size_ || (size_ > kKept && bytes <= kKept)) {
      bytes_.reset();  // before the next is taken: never both
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
