// Recognises git-lfs pointers, which a clone without git-lfs has in place of large files.
#pragma once

#include "amt/base/regular_file.hpp"

namespace amt {

/// Malformed if the file is a pointer of Git LFS.
void refuse_pointer(const RegularFile& file);

}  // namespace amt
