#include "amt/shuffle/row_arena.hpp"

#include <cstdlib>
#include <new>

#include "amt/base/large_pages.hpp"

namespace amt {

void RowArena::Free::operator()(Row* block) const { std::free(block); }

std::uint32_t RowArena::add(const Row& row) {
  if (rows_ == blocks_.size() * kBlockRows) {
    void* block = std::aligned_alloc(kBlockBytes, kBlockBytes);
    if (block == nullptr) throw std::bad_alloc();
    request_large_pages(block, kBlockBytes);  // the faults of small ones took a quarter of the job
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
