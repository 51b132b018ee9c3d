#include "amt/base/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace amt {

void request_large_pages(void* memory, std::size_t bytes) noexcept {
  constexpr std::uintptr_t kPage = 2 << 20;
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (begin + kPage - 1) / kPage * kPage;
  const std::uintptr_t last = (begin + bytes) / kPage * kPage;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

std::vector<float> large_vector(std::size_t count) {
  std::vector<float> values;
  values.reserve(count);
  request_large_pages(values.data(), count * sizeof(float));
  values.resize(count);
  return values;
}

}  // namespace amt
