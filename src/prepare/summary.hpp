// The summary of a preprocessing job, in the reference's words.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// Returns the lines that the reference's midi-preprocess and tokenize print, with their arithmetic
/// ("event sequences" counts those too short and too long, not those with too many instruments),
/// and where the output is.
std::string summary_text(const Manifest& manifest, const PrepareOptions& options);

/// Returns a line about the files that were ignored because of their extension, which explains how
/// to include more of them.
std::string passed_over_text(const EndingCounts& counts);

/// Returns the contents of rejected.tsv: a header, then a line "path<TAB>reason" for each rejected
/// file, in order of path. Tabs, newlines and backslashes in paths are written \t, \n and \\.
std::string rejected_text(std::vector<Rejection> rejections);

}  // namespace amt
