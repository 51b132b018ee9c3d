#include "amt/base/error.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

namespace amt {
namespace {

/// Returns nullptr for errors too rare to need a description.
const char* words_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "no such file or folder";
    case EACCES:
      return "no permission";
    case EPERM:
      return "the system does not allow it";
    case EEXIST:
      return "it already exists";
    case EISDIR:
      return "it is a folder";
    case ENOTDIR:
      return "a part of the path is not a folder";
    case ENOTEMPTY:
      return "the folder is not empty";
    case ELOOP:
      return "the symbolic links form a loop";
    case ENAMETOOLONG:
      return "the name is too long";
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EFBIG:
      return "larger than the file system or `ulimit -f` allows";
    case EROFS:
      return "the file system is read-only";
    case EIO:
      return "the disk or its network failed (input/output error)";
    case ESTALE:
      return "the file server has lost the file (stale handle)";
    case EMFILE:
    case ENFILE:
      return "too many open files (`ulimit -n`)";
    case ENOMEM:
      return "not enough memory";
    case EBUSY:
    case ETXTBSY:
      return "it is in use";
    case EXDEV:
      return "it is on another file system";
    case ENXIO:
    case ENODEV:
      return "no such device, or nothing has opened its other end";
    case EPIPE:
      return "the reader of the pipe has closed it";
    case EAGAIN:
      return "nothing can be read or written now";
    case EBADF:
      return "it is not open for this";
    default:
      return nullptr;
  }
}

}  // namespace

std::string reason_text(int error_number) {
  if (const char* words = words_of(error_number)) return words;
  return fmt::format("system error {} ({})", error_number, std::strerror(error_number));
}

std::string reason_text(const std::error_code& error) {
  if (error.category() == std::system_category() || error.category() == std::generic_category()) {
    return reason_text(error.value());
  }
  return error.message();
}

SystemError system_error(const std::string& what) {
  const int number = errno;  // before anything else changes it
  return {what + ": " + reason_text(number), number};
}

SystemError system_error(const std::string& what, const std::error_code& error) {
  return {what + ": " + reason_text(error), error.value()};
}

}  // namespace amt
