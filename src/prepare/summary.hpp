// The summary of a preprocessing job, worded as in the reference.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// Returns the lines that the reference's midi-preprocess and tokenize print, computed as there
/// ("event sequences" includes those that are too short or too long, but not those with too many
/// instruments), and where the output is.
std::string summary_text(const Manifest& manifest, const PrepareOptions& options);

/// One line about the files that were ignored because of their extension, and how to include more
/// of them.
std::string passed_over_text(const ExtensionCounts& counts);

/// Returns the contents of rejected.tsv: a header, then a line "path<TAB>reason" for each rejected
/// file, in order of path. Tabs, newlines and backslashes in paths are written \t, \n and \\.
std::string rejected_text(std::vector<Rejection> rejections);

}  // namespace amt
