#include "amt/base/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "amt/base/error.hpp"

namespace amt {
namespace {

constexpr int kMode = 0666;  // before the umask is applied

int open_uninterrupted(const std::filesystem::path& path, int flags) {
  int fd = -1;
  do {  // opening a pipe may block, and a signal may interrupt it
    fd = ::open(path.c_str(), flags | O_CLOEXEC, kMode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

}  // namespace

Descriptor::Descriptor(const std::filesystem::path& path, int flags)
    : fd_(open_uninterrupted(path, flags)) {
  if (fd_ >= 0) return;
  throw system_error(((flags & O_CREAT) != 0 ? "cannot create " : "cannot open ") + path.string());
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  Descriptor taken(std::move(other));
  std::swap(fd_, taken.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::release() { return std::exchange(fd_, -1); }

void Descriptor::close(const std::filesystem::path& path) {
  // Linux closes the descriptor even if close() is interrupted.
  if (::close(release()) != 0 && errno != EINTR) {
    throw system_error("cannot close " + path.string());
  }
}

}  // namespace amt
