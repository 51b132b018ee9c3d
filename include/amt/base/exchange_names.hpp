// Exchanges two names in a file system atomically.
#pragma once

#include <filesystem>

namespace amt {

/// Atomically exchanges `from` and `to`, which must both exist, on the same file system. Returns
/// false and changes nothing if the file system cannot exchange names (some network file systems
/// cannot). Throws an Error naming both on any other failure.
bool exchange_names(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace amt
