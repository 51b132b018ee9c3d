// A split as the reference's text, for other trainers.
#pragma once

#include <filesystem>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Writes the split's rows in their stored order, a line each as in the reference's
/// tokenized-events files: the training split's as after its `shuf`. An AtomicFile: FILE is
/// complete or as before. Local.
void export_text(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
                 const std::filesystem::path& file);

}  // namespace amt
