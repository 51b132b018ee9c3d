// Writes the list of rejected files if no dataset was created.
#pragma once

#include <filesystem>
#include <vector>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// Writes DATASET.rejected.tsv, replacing an older list, or, if another file has that name,
/// DATASET.rejected-2.tsv and so on. Returns the path.
std::filesystem::path write_rejected_list(const std::filesystem::path& dataset,
                                          const std::vector<Rejection>& rejections);

}  // namespace amt
