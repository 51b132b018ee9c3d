// The list of rejected files, where no dataset was made.
#pragma once

#include <filesystem>
#include <vector>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// Writes DATASET.rejected.tsv, in place of an older list, or, if that name is somebody else's,
/// DATASET.rejected-2.tsv and so on. Its path.
std::filesystem::path write_rejected_list(const std::filesystem::path& dataset,
                                          const std::vector<Rejection>& rejections);

}  // namespace amt
