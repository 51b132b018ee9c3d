// Exceptions of the standard library and others as amt::Error.
#pragma once

#include <exception>

#include "amt/base/error.hpp"

namespace amt {

/// An Error as it is; of any other exception what failed, with the library's own text in brackets.
Error to_error(const std::exception& error);

}  // namespace amt
