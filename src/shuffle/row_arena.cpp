#include "amt/shuffle/row_arena.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace amt {

void RowArena::Free::operator()(Row* block) const { std::free(block); }

std::uint32_t RowArena::add(const Row& row) {
  if (rows_ == blocks_.size() * kBlockRows) {
    void* block = std::aligned_alloc(kBlockBytes, kBlockBytes);
    if (block == nullptr) throw std::bad_alloc();
    // A block then takes one page fault instead of 512, which took a quarter of the job's time.
    ::madvise(block, kBlockBytes, MADV_HUGEPAGE);
    blocks_.emplace_back(static_cast<Row*>(block));
  }
  blocks_[rows_ / kBlockRows][rows_ % kBlockRows] = row;
  return rows_++;
}

void RowArena::release() {
  blocks_.clear();
  rows_ = 0;
}

}  // namespace amt
