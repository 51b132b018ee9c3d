// Checks that the folders that prepare reads, writes, clears and replaces do not collide.
#pragma once

#include "amt/prepare/options.hpp"

namespace amt {

/// UsageError before anything is read or made, naming what is wrong: if DATASET cannot be written
/// where it is to be; if the corpus is, lies in or contains DATASET or a folder in which it is
/// written; if --text or --compound lies in one of them or is the corpus. Links and `..` are
/// followed. Changes nothing. Local.
void check_output(const PrepareOptions& options);

}  // namespace amt
