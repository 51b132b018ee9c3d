// Measures the memory that a program allocates with new. Linking it replaces the global operators.
#pragma once

#include <cstddef>

namespace amt::test {

/// Resets the peak to the currently allocated bytes, and returns these.
std::size_t restart_memory_peak();

/// Returns the largest number of bytes allocated at any time since the reset.
std::size_t memory_peak();

}  // namespace amt::test
