// The MD5s of file contents.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/file_reader.hpp"

namespace amt {

/// The first character of a hash that is really a reason why the file cannot be read.
inline constexpr char kUnreadable = '!';

/// Returns for each file in the order its MD5, or kUnreadable and the reason. Memory is bounded.
/// Files of an archive are read in the archive's order, so that a compressed one is unpacked only
/// once. CorpusError if the archive changed or is damaged. Local.
std::vector<std::string> hash_files(const Source& source, const ReadingOrder& order);

}  // namespace amt
