// Recognises Git LFS pointers, which replace large files in a clone made without git-lfs.
#pragma once

#include "amt/base/regular_file.hpp"

namespace amt {

/// Throws Malformed if the file is a Git LFS pointer.
void refuse_pointer(const RegularFile& file);

}  // namespace amt
