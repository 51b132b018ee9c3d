// A file written piece by piece.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "amt/base/descriptor.hpp"

namespace amt {

/// Writes under the file's own name, so that a reader may see a part of it: for logs and pipes.
/// What must appear whole is an AtomicFile. Errors (a full disk above all) name the path.
/// Move-only.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);  ///< creates or truncates
  /// Takes over what is open already. `path` is for the words of errors.
  OutputFile(Descriptor file, std::filesystem::path path);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Closes. Without this call, what was written may be lost without an error.
  ~OutputFile() = default;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void flush();                   ///< hands what is in memory to the operating system
  void close(bool sync = false);  ///< flushes, fsyncs if asked, reports errors

 private:
  Descriptor file_;
  std::filesystem::path path_;
  std::vector<std::byte> buffer_;
};

}  // namespace amt
