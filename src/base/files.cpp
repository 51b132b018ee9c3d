#include "amt/base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

}  // namespace

Descriptor::Descriptor(const std::filesystem::path& path, int flags)
    : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
  if (fd_ < 0) throw system_error("cannot open " + path.string());
}

Descriptor::~Descriptor() { ::close(fd_); }

void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw system_error(str_cat("cannot write ", path.string(), " (", bytes.size(),
                                 " bytes still to be written)"));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    note_progress();
  }
}

std::span<const std::byte> read_file(const std::filesystem::path& path,
                                     std::vector<std::byte>& buffer) {
  const Descriptor file(path, O_RDONLY);
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) throw system_error("cannot stat " + path.string());
  if (!S_ISREG(info.st_mode)) throw Error("cannot read " + path.string() + ": not a regular file");
  // One byte more than the size: the read that returns less than asked has met the end of the file.
  std::size_t size = 0;
  if (buffer.size() <= static_cast<std::size_t>(info.st_size)) {
    buffer.resize(static_cast<std::size_t>(info.st_size) + 1);
  }
  for (;;) {
    if (size == buffer.size()) buffer.resize(2 * buffer.size());
    const ssize_t n = ::read(file.get(), buffer.data() + size, buffer.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read " + path.string());
    size += static_cast<std::size_t>(n);
    if (n == 0 || size == static_cast<std::size_t>(info.st_size)) break;
  }
  note_progress();
  return {buffer.data(), size};
}

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  std::vector<std::byte> bytes;
  bytes.resize(read_file(path, bytes).size());
  return bytes;
}

std::string read_text(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string read_text(const std::filesystem::path& path, std::uint64_t most) {
  std::error_code unknown;
  const std::uint64_t bytes = std::filesystem::file_size(path, unknown);
  if (!unknown && bytes > most) {  // what cannot be asked shows when it is read
    throw Error(str_cat("cannot read ", path.string(), ": it has ", format_count(bytes),
                        " bytes, a file of its kind at most ", format_count(most)));
  }
  return read_text(path);
}

void fsync_path(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  // Some network file systems refuse to sync a folder; there the rename is durable without it.
  if (::fsync(file.get()) != 0 && errno != EINVAL)
    throw system_error("cannot fsync " + path.string());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  OutputFile out(temporary);
  out.write(content);
  out.close(/*sync=*/true);
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw system_error(str_cat("cannot rename ", temporary.string(), " to ", path.string()));
  }
  fsync_path(path.has_parent_path() ? path.parent_path() : ".");
}

void require_space(const std::filesystem::path& folder, std::uint64_t bytes) {
  std::error_code unknown;
  const std::uint64_t available = std::filesystem::space(folder, unknown).available;
  if (unknown || available >= bytes) return;  // what cannot be asked shows when it is written
  throw Error(str_cat("the disk is too full for ", folder.string(), ": ", format_count(bytes),
                      " bytes to write, ", format_count(available), " free, ",
                      format_count(bytes - available), " missing"));
}

OutputFile::OutputFile(const std::filesystem::path& path)
    : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (fd_ < 0) throw system_error("cannot create " + path.string());
  buffer_.reserve(kBufferBytes);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
}

void OutputFile::flush() {
  write_all(fd_, buffer_, path_);
  buffer_.clear();
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() > kBufferBytes) return write_all(fd_, bytes, path_);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void OutputFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void OutputFile::close(bool sync) {
  flush();
  if (sync && ::fsync(fd_) != 0) throw system_error("cannot fsync " + path_.string());
  if (::close(std::exchange(fd_, -1)) != 0) throw system_error("cannot close " + path_.string());
}

}  // namespace amt
