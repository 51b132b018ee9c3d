// Converts exceptions of the standard library and other libraries to amt::Error.
#pragma once

#include <exception>

#include "amt/base/error.hpp"

namespace amt {

/// Returns an Error unchanged. For any other exception, returns an Error that explains what failed,
/// with the library's own message in parentheses.
Error to_error(const std::exception& error);

}  // namespace amt
