// Large pages for large buffers.
#pragma once

#include <cstddef>
#include <vector>

namespace amt {

/// Asks the kernel for pages of 2 MiB in this memory, which must not have been used yet. One page
/// fault then replaces 512, which take longer than clearing the memory. Only whole pages within the
/// range are affected, so that it occupies no more memory than before. Does nothing if the kernel
/// refuses.
void request_large_pages(void* memory, std::size_t bytes) noexcept;

/// Returns `count` zeros, in large pages if possible.
std::vector<float> large_vector(std::size_t count);

}  // namespace amt
