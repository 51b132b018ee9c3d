// Exchanges two names of a file system atomically.
#pragma once

#include <filesystem>

namespace amt {

/// Puts `from` in the place of `to`, which exists, and what was there in the place of `from`, at
/// one moment; both lie on one file system. False, and nothing is done, where that cannot exchange
/// names (some network file systems). Error naming both if it fails in another way.
bool exchange_names(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace amt
