#include "amt/base/error.hpp"

#include <cerrno>
#include <cstring>

namespace amt {

Error system_error(const std::string& what) { return Error(what + ": " + std::strerror(errno)); }

}  // namespace amt
