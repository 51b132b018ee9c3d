// The MD5s of files' contents.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/file_reader.hpp"

namespace amt {

/// What a hash begins with that is a reason instead: why the file cannot be read.
inline constexpr char kUnreadable = '!';

/// For each file of the order its MD5, or kUnreadable and the reason. In bounded memory, an
/// archive's files in the order in which they lie in it: a packed archive is gone through once.
/// CorpusError if it changed or is damaged. Local.
std::vector<std::string> hash_files(const Source& source, const ReadingOrder& order);

}  // namespace amt
