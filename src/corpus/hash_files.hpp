// Computes the MD5s of file contents.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/file_reader.hpp"

namespace amt {

/// Marks an entry that is not a hash but the reason why the file cannot be read.
inline constexpr char kUnreadable = '!';

/// Returns the MD5 of each file in `order`, or kUnreadable followed by the reason. Memory is
/// bounded. Files of an archive are read in the archive's order, so that a compressed archive is
/// unpacked only once. Throws CorpusError if the archive changed or is damaged. Local.
std::vector<std::string> hash_files(const Source& source, const ReadingOrder& order);

}  // namespace amt
