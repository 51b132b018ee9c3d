// Describes a dataset in readable form.
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Returns several lines: the encoding and settings, the rows, tokens, files and music of each
/// split, and what became of the corpus's files. Uses only the manifest.
std::string describe_dataset(const Manifest& manifest);

}  // namespace amt
