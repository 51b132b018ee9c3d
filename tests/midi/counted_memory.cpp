#include "counted_memory.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocated{0}, peak{0};

void* acquire(std::size_t bytes) noexcept {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) return nullptr;
  const std::size_t now = allocated += malloc_usable_size(memory);
  if (now > peak) peak = now;
  return memory;
}

void* acquire_or_throw(std::size_t bytes) {
  void* const memory = acquire(bytes);
  return memory == nullptr ? throw std::bad_alloc() : memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) allocated -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

// Each form is replaced: the default ones call each other in the C++ library, but not in the
// address sanitizer.
void* operator new(std::size_t bytes) { return acquire_or_throw(bytes); }
void* operator new[](std::size_t bytes) { return acquire_or_throw(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return acquire(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return acquire(bytes); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }

namespace amt::test {

std::size_t restart_memory_peak() { return peak = allocated.load(); }

std::size_t memory_peak() { return peak; }

}  // namespace amt::test
