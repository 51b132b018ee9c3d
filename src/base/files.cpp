#include "amt/base/files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "amt/base/activity.hpp"
#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::size_t kFirstPiece = 1 << 12;  // used for a file that reports no size

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

struct stat status_of(const Descriptor& file, const std::filesystem::path& path) {
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) throw system_error("cannot stat " + path.string());
  return info;
}

[[noreturn]] void refuse_size(const std::filesystem::path& path, const std::string& bytes,
                              std::uint64_t most) {
  throw Error(fmt::format("cannot read {}: it has {} bytes, more than the limit of {}",
                          path.string(), bytes, format_count(most)));
}

/// Reads until the end of the file or until `bytes` is full. Returns the number of bytes read.
std::size_t read_on(const Descriptor& file, std::span<std::byte> bytes,
                    const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read " + path.string());
    if (n == 0) break;
    done += n;
  }
  return done;
}

/// Waits until a non-blocking pipe or terminal can be written. Returns false if waiting is not
/// possible.
bool wait_for_room(int fd) {
  pollfd room = {fd, POLLOUT, 0};
  return ::poll(&room, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

Descriptor open_regular_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe would wait for a writer, and reading some files of /proc
  // would wait for events.
  Descriptor file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  const mode_t mode = status_of(file, path).st_mode;
  if (S_ISREG(mode)) return file;
  throw Error(
      fmt::format("cannot read {}: not a regular file but {}", path.string(), kind_of(mode)));
}

std::span<const std::byte> read_file(const std::filesystem::path& path,
                                     std::vector<std::byte>& buffer, std::uint64_t most) {
  const Descriptor file = open_regular_file(path);
  const std::uint64_t told = status_of(file, path).st_size;
  if (told > most) refuse_size(path, format_count(told), most);
  // If the file reports its size, reads that many bytes at once. Otherwise reads pieces until one
  // is not filled; the last piece may exceed the limit by one byte to detect a file that is too
  // large.
  std::size_t size = 0;
  for (std::size_t wanted = told > 0 ? told : kFirstPiece;; wanted = 2 * size) {
    if (wanted > most) wanted = std::max(most, most + 1);
    if (buffer.size() < wanted) buffer.resize(wanted);
    size += read_on(file, std::span(buffer).subspan(size, wanted - size), path);
    if (size > most) refuse_size(path, "more than " + format_count(most), most);
    if (size < wanted || told > 0) break;
  }
  note_progress();
  return {buffer.data(), size};
}

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t most) {
  std::vector<std::byte> bytes;
  bytes.resize(read_file(path, bytes, most).size());
  return bytes;
}

std::string read_text(const std::filesystem::path& path, std::uint64_t most) {
  const std::vector<std::byte> bytes = read_file(path, most);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room(fd)))) continue;
    if (n < 0) {
      throw system_error(
          fmt::format("cannot write {} ({} bytes not written)", path.string(), bytes.size()));
    }
    bytes = bytes.subspan(n);
    note_progress();
  }
}

void fsync_path(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::error_code unknown;
  // The folder may be writable but not readable.
  if (!file && errno == EACCES && std::filesystem::is_directory(path, unknown)) return;
  if (!file) throw system_error("cannot open " + path.string());
  // Some network file systems refuse to sync a folder; there the rename is durable without it.
  if (::fsync(file.get()) != 0 && errno != EINVAL) {
    throw system_error("cannot fsync " + path.string());
  }
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void make_folders(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed) return;
  throw Error(fmt::format("cannot create the folder {}: {}", folder.string(), reason_text(failed)));
}

void require_space(const std::filesystem::path& folder, std::uint64_t bytes) {
  std::error_code unknown;
  const std::uint64_t available = std::filesystem::space(folder, unknown).available;
  if (unknown || available >= bytes) return;  // if unknown, the write itself will fail
  throw Error(fmt::format("the disk is too full for {}: {} bytes to write, {} free, {} missing",
                          folder.string(), format_count(bytes), format_count(available),
                          format_count(bytes - available)));
}

}  // namespace amt
