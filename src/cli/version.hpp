// Versions of this program and its libraries.
#pragma once

#include <string>

namespace amt {

/// The commit that was built, "-dirty" behind it where files differed; "unknown" outside of git.
const char* commit();

/// Several lines: amt's version and commit, then one line for each library. Works without MPI being
/// started.
std::string version_text();

/// "0.1.0, commit fba067c..., build 1f2e3d4c5b6a7988": the last is a hash of the running file.
std::string build_text();

}  // namespace amt
