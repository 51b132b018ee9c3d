#include "amt/base/regular_file.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"

namespace amt {

RegularFile::RegularFile(std::filesystem::path path)
    : path_(std::move(path)), fd_(open_regular_file(path_)) {
  struct stat info = {};
  if (::fstat(fd_.get(), &info) != 0) throw system_error("cannot stat " + path_.string());
  size_ = info.st_size;
}

void RegularFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_.get(), out.data(), out.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read " + path_.string());
    if (n == 0) {
      throw Error(fmt::format("cannot read {}: it ends at byte {}", path_.string(), offset));
    }
    out = out.subspan(n);
    offset += n;
    note_progress();
  }
}

}  // namespace amt
