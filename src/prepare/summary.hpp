// Prints what a preprocessing job found, in the words of the reference.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// The lines that the reference's midi-preprocess and tokenize print, with their arithmetic ("event
/// sequences" counts the too short and too long, not those with too many instruments), and where
/// everything lies.
std::string summary_text(const Manifest& manifest, const PrepareOptions& options);

/// The files that were passed over for their ending, and what takes more of them: one line.
std::string passed_over_text(const EndingCounts& counts);

/// rejected.tsv: a line "path<TAB>reason" for each rejected file, in order of path, under a
/// header. Tabs, newlines and backslashes in paths are written \t, \n and \\.
std::string rejected_text(std::vector<Rejection> rejections);

}  // namespace amt
