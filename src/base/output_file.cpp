#include "amt/base/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"

namespace amt {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;
constexpr std::size_t kBlock = 4096;         // alignment of direct writes, in file and memory
constexpr std::size_t kHashBytes = 1 << 16;  // stays in the cache between hashing and copying

bool set_direct(int fd, bool on) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

bool at_a_block(int fd) {
  struct stat info = {};
  const off_t position = ::lseek(fd, 0, SEEK_CUR);
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && position >= 0 &&
         position % static_cast<off_t>(kBlock) == 0;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : OutputFile(Descriptor(path, O_WRONLY | O_CREAT | O_TRUNC), path) {}

OutputFile::OutputFile(const std::filesystem::path& path, std::uint64_t offset)
    : OutputFile(Descriptor(path, O_WRONLY), path) {
  if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    throw system_error("cannot write " + path_.string());
  }
}

OutputFile::OutputFile(Descriptor file, std::filesystem::path path)
    : file_(std::move(file)),
      path_(std::move(path)),
      buffer_(static_cast<std::byte*>(std::aligned_alloc(kBlock, kBufferBytes))) {
  if (!buffer_) throw std::bad_alloc();
}

void OutputFile::bypass_cache() {
  direct_ = used_ == 0 && at_a_block(file_.get()) && set_direct(file_.get(), true);
}

void OutputFile::flush() {
  std::span<const std::byte> bytes(buffer_.get(), used_);
  if (direct_) bytes = flush_directly(bytes);
  write_all(file_.get(), bytes, path_);
  used_ = 0;
}

/// Returns the bytes that were not written, most often because they are less than a block. These
/// and all later ones go through the page cache, which also reports errors better.
std::span<const std::byte> OutputFile::flush_directly(std::span<const std::byte> bytes) {
  while (bytes.size() >= kBlock) {
    const ssize_t n = ::write(file_.get(), bytes.data(), bytes.size() / kBlock * kBlock);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    bytes = bytes.subspan(n);
    note_progress();
  }
  if (!bytes.empty()) direct_ = !set_direct(file_.get(), false);
  return bytes;
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (!direct_ && used_ + bytes.size() > kBufferBytes) flush();
  if (!direct_ && bytes.size() > kBufferBytes) return write_all(file_.get(), bytes, path_);
  while (!bytes.empty()) {
    const std::span now = bytes.first(std::min(bytes.size(), kBufferBytes - used_));
    std::memcpy(buffer_.get() + used_, now.data(), now.size());
    used_ += now.size();
    bytes = bytes.subspan(now.size());
    if (direct_ && used_ == kBufferBytes) flush();
  }
}

void OutputFile::write(std::span<const std::byte> bytes, Xxh3& hash) {
  while (!bytes.empty()) {
    const std::span now = bytes.first(std::min(bytes.size(), kHashBytes));
    hash.update(now);
    write(now);
    bytes = bytes.subspan(now.size());
  }
}

void OutputFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void OutputFile::close(bool sync) {
  flush();
  if (sync && ::fsync(file_.get()) != 0) throw system_error("cannot fsync " + path_.string());
  file_.close(path_);
}

}  // namespace amt
