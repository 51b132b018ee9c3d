// Versions of this program and its libraries.
#pragma once

#include <string>

namespace amt {

/// Several lines: amt's version, then one line for each library. Works without MPI being started.
std::string version_text();

/// "0.1.0, build 1f2e3d4c5b6a7988": the version and a hash of the running program's file.
std::string build_text();

}  // namespace amt
