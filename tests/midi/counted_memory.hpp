// Counts the program's allocations by new. Linking it replaces the global operators.
#pragma once

#include <cstddef>

namespace amt::test {

/// Resets the peak to the bytes allocated now, and returns these.
std::size_t restart_memory_peak();

/// Returns the most bytes allocated at any time since the reset.
std::size_t memory_peak();

}  // namespace amt::test
