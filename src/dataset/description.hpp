// Describes a dataset in readable form.
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Several lines: the encoding and settings, the rows, tokens, files and music of each split, and
/// the outcome for the files of the corpus. Uses the manifest alone.
std::string describe_dataset(const Manifest& manifest);

}  // namespace amt
