// What this program was built from.
#pragma once

#include <string>

namespace amt {

/// Several lines: amt's version, then one line for each library. Works without MPI being started.
std::string version_text();

}  // namespace amt
