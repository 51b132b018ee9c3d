#include "amt/base/exchange_names.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>

#include <cerrno>

#include "amt/base/error.hpp"

namespace amt {

bool exchange_names(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS) return false;
  throw system_error(fmt::format("cannot rename {} to {}", from.string(), to.string()));
}

}  // namespace amt
