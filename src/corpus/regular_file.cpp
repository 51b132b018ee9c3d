#include "regular_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {

RegularFile::RegularFile(std::filesystem::path path, std::uint64_t bytes)
    : path_(std::move(path)), file_(open_regular_file(path_)) {
  struct stat info = {};
  if (::fstat(file_.get(), &info) != 0) throw system_error("cannot stat " + path_.string());
  if (static_cast<std::uint64_t>(info.st_size) != bytes) {
    throw Error(str_cat("cannot read ", path_.string(), ": it changed since it was listed"));
  }
}

void RegularFile::read(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::read(file_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read " + path_.string());
    if (n == 0) throw Error(str_cat("cannot read ", path_.string(), ": it became shorter"));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  note_progress();
}

}  // namespace amt
