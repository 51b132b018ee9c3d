// The counts that arXiv 2306.08620 gives for the full Lakh dataset (docs/spec/training.md).
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// A table of the paper's counts and ours, with a heading; "" unless the corpus has the full
/// dataset's number of files, about.
std::string paper_section(const Manifest& manifest);

}  // namespace amt
