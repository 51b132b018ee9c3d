// Versions of this program and its libraries.
#pragma once

#include <string>

namespace amt {

/// The commit that was built, with the suffix "-dirty" if files had been changed; "unknown" outside
/// a git repository.
const char* commit();

/// Returns amt's version and commit, then one line per library. Does not need MPI to be started.
std::string version_text();

/// Returns, for example, "0.1.0, commit fba067c..., build 1f2e3d4c5b6a7988"; the build is a hash of
/// the executable.
std::string build_text();

}  // namespace amt
