// Prints what a dataset is.
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Several lines: encoding and settings, each split's rows, tokens, files and music, and what
/// became of the corpus. From the manifest alone.
std::string describe_dataset(const Manifest& manifest);

}  // namespace amt
