// Buffered output to a file.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "amt/base/descriptor.hpp"
#include "amt/base/hash.hpp"

namespace amt {

/// Writes under the file's final name. Readers may see an incomplete file, which is fine for logs
/// and pipes; use AtomicFile if they must not. Errors (most often a full disk) name the path.
/// Move-only.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);  ///< creates or truncates
  /// Takes over an open file. `path` is used in error messages only.
  OutputFile(Descriptor file, std::filesystem::path path);
  /// Opens an existing file to overwrite its bytes from `offset` on.
  OutputFile(const std::filesystem::path& path, std::uint64_t offset);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Closes the file. Unless close() was called before, written data may be lost without an error.
  ~OutputFile() = default;

  /// From now on, bypasses the page cache if the file system allows it and the position is a
  /// multiple of 4 KiB. Meant for large files that will not be read soon: copying them into the
  /// cache takes longer than the rest of the work, and evicts other files.
  void bypass_cache();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Writes the bytes and adds them to `hash`, reading them from memory only once.
  void write(std::span<const std::byte> bytes, Xxh3& hash);
  void flush();                   ///< writes the buffer to the operating system
  void close(bool sync = false);  ///< flushes, fsyncs if asked, reports errors

 private:
  Descriptor file_;
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  std::span<const std::byte> flush_directly(std::span<const std::byte> bytes);

  std::filesystem::path path_;
  std::unique_ptr<std::byte, Free> buffer_;
  std::size_t used_ = 0;  // bytes in buffer_
  bool direct_ = false;   // bypasses the cache
};

}  // namespace amt
