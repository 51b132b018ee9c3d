// Checks that the folders that prepare reads, writes, clears and replaces do not overlap.
#pragma once

#include "amt/prepare/options.hpp"

namespace amt {

/// Throws UsageError, before anything is read or created, naming the problem: DATASET cannot be
/// written at its place; the corpus is, is in, or contains DATASET or a folder in which it is
/// written; --text or --compound is in one of these or is the corpus. Links and `..` are resolved.
/// Changes nothing. Local.
void check_output(const PrepareOptions& options);

}  // namespace amt
