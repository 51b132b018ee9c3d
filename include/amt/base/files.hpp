// Files that appear at once or not at all, and whole-file reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  /// open(2) with these flags and O_CLOEXEC; Error naming the path if it fails.
  Descriptor(const std::filesystem::path& path, int flags);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// write(2) until all is written. Error naming `path` and the bytes that are missing.
void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);

/// A whole file. Error naming it if it cannot be read.
std::vector<std::byte> read_file(const std::filesystem::path& path);
/// The same into a buffer that is reused between files: the bytes read.
std::span<const std::byte> read_file(const std::filesystem::path& path,
                                     std::vector<std::byte>& buffer);
std::string read_text(const std::filesystem::path& path);
/// The same of a file that cannot be large: Error naming it, before it is read, if it has more than
/// `most` bytes.
std::string read_text(const std::filesystem::path& path, std::uint64_t most);

/// Writes PATH.tmp, fsyncs it and renames it to PATH: a reader sees the old file or the new one.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// fsync of one file or folder; Error naming it on failure.
void fsync_path(const std::filesystem::path& path);

/// Error naming the folder and the bytes missing if its file system has less than `bytes` free.
void require_space(const std::filesystem::path& folder, std::uint64_t bytes);

/// A file written piece by piece; errors (a full disk above all) name the path. Move-only.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);  ///< creates or truncates
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  ///< closes; what close() was not called for may be lost, without a word

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void flush();                   ///< hands what is in memory to the operating system
  void close(bool sync = false);  ///< flushes, fsyncs if asked, reports errors

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::vector<std::byte> buffer_;
};

}  // namespace amt
