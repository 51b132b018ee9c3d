#include "output_place.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

#include "amt/base/files.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // the kernel's limit

/// Returns whether a path is in /proc, where the links in /proc/PID/fd refer to an open file even
/// if it has been renamed.
bool is_in_proc(const fs::path& path) {
  struct statfs info = {};
  return ::statfs(folder_of(path).c_str(), &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
}

fs::path behind_links(const fs::path& given) {
  fs::path path = given;
  std::error_code failed;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, failed)); ++links) {
    if (links == kMostLinks) throw cannot_write(given, reason_text(ELOOP));
    if (is_in_proc(path)) return path;
    const fs::path next = fs::read_symlink(path, failed);
    if (failed) throw cannot_write(given, reason_text(failed));
    path = next.is_absolute() ? next : folder_of(path) / next;
  }
  return path;
}

/// Returns the descriptor of this process that the path refers to, if any.
std::optional<int> own_descriptor(const fs::path& path) {
  const std::string name = path.filename().string();
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  std::error_code failed;
  if (!fs::equivalent(folder_of(path), "/proc/self/fd", failed) || failed) return std::nullopt;
  return number;
}

/// /dev/stdout redirected to a file continues at the shell's position in it; opening the file anew
/// would overwrite it from the start.
Descriptor open_straight(const fs::path& place, const fs::path& given) {
  const std::optional<int> own = own_descriptor(place);
  Descriptor file(own ? ::fcntl(*own, F_DUPFD_CLOEXEC, 0)
                      : ::open(place.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (!file) throw cannot_write(given, reason_text(errno));
  return file;
}

}  // namespace

Error cannot_write(const fs::path& path, const std::string& reason) {
  return Error(fmt::format("cannot write {}: {}", path.string(), reason));
}

OutputPlace find_output_place(const fs::path& given) {
  if (given.empty()) throw Error("cannot write to a file without a name");
  const fs::path place = behind_links(given);
  struct stat info = {};
  if (::stat(place.c_str(), &info) != 0) {
    if (errno == ENOENT) return {place, {}};
    throw cannot_write(given, reason_text(errno));
  }
  if (S_ISDIR(info.st_mode)) throw cannot_write(given, reason_text(EISDIR));
  if (!S_ISREG(info.st_mode) || is_in_proc(place)) return {{}, open_straight(place, given)};
  // Checked here because a rename would replace the file regardless of its permissions.
  if (::faccessat(AT_FDCWD, place.c_str(), W_OK, AT_EACCESS) != 0) {
    throw cannot_write(given, reason_text(errno));
  }
  return {place, {}};
}

}  // namespace amt
