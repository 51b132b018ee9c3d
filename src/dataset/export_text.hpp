// Exports a split in the reference's text format, for other trainers.
#pragma once

#include <filesystem>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Writes the split's rows in stored order, one per line, as in the reference's tokenized-events
/// files; the training split is shuffled, like the reference's after `shuf`. Writes an AtomicFile,
/// so that `file` is either complete or unchanged. Local.
void export_text(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
                 const std::filesystem::path& file);

}  // namespace amt
