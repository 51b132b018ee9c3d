#include "amt/base/exchange_names.hpp"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {

bool exchange_names(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS) return false;
  throw system_error(str_cat("cannot rename ", from.string(), " to ", to.string()));
}

}  // namespace amt
