// Compares a dataset with the counts in arXiv 2306.08620 for the full Lakh dataset
// (docs/spec/training.md).
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Returns a heading and a table that compares the paper's counts with ours; "" unless the corpus
/// has about as many files as the full dataset.
std::string paper_section(const Manifest& manifest);

}  // namespace amt
