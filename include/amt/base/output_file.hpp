// A file written piece by piece.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "amt/base/descriptor.hpp"

namespace amt {

/// Writes under the file's final name, so that a reader may see an incomplete file: for logs and
/// pipes. A file that must appear complete is an AtomicFile. Errors (most often a full disk) name
/// the path. Move-only.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);  ///< creates or truncates
  /// Takes over an open file. `path` is used in error messages only.
  OutputFile(Descriptor file, std::filesystem::path path);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Closes the file. Unless close() was called before, written data may be lost without an error.
  ~OutputFile() = default;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void flush();                   ///< writes the buffer to the operating system
  void close(bool sync = false);  ///< flushes, fsyncs if asked, reports errors

 private:
  Descriptor file_;
  std::filesystem::path path_;
  std::vector<std::byte> buffer_;
};

}  // namespace amt
