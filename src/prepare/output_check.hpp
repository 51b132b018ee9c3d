// Checks that the folders that prepare reads, writes, clears and replaces do not overlap.
#pragma once

#include "amt/prepare/options.hpp"

namespace amt {

/// Throws a UsageError naming the problem, before anything is read or created, if DATASET cannot be
/// written there; if the corpus is, contains or is in DATASET or a folder in which it is written;
/// or if --text or --compound is in one of these or is the corpus. Resolves links and `..`. Changes
/// nothing. Local.
void check_output(const PrepareOptions& options);

}  // namespace amt
