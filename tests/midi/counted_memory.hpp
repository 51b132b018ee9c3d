// Counts what the program allocates with new. Linking it replaces the global operators.
#pragma once

#include <cstddef>

namespace amt::test {

/// The peak starts again from what is allocated now, which is returned. Bytes.
std::size_t restart_memory_peak();

/// The most that was allocated at a time since then. Bytes.
std::size_t memory_peak();

}  // namespace amt::test
