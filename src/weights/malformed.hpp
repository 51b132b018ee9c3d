// An error in a file's content, thrown by code that does not know the file's name.
#pragma once

#include <cstddef>

#include "amt/base/error.hpp"

namespace amt {

struct Malformed : Error {
  using Error::Error;
};

/// The longest part of a name from a file that a message shows, in bytes.
inline constexpr std::size_t kShown = 80;

/// Runs `read` and converts a Malformed to an Error that names the file.
template <class Path, class Read>
auto naming_file(const Path& path, const Read& read) {
  try {
    return read();
  } catch (const Malformed& malformed) {
    throw Error("cannot read " + path.string() + ": " + malformed.what());
  }
}

}  // namespace amt
