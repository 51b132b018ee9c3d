// Stores rows in memory, in blocks that never move and are reused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Numbers its rows from 0, in the order in which they are added. Local; not thread-safe.
class RowArena {
 public:
  /// Memory is allocated in blocks of this size.
  static constexpr std::size_t kBlockRows = 1024;
  static constexpr std::size_t kBlockBytes = kBlockRows * sizeof(Row);  // 2 MiB, a huge page

  std::uint32_t add(const Row& row);
  const Row& operator[](std::uint32_t number) const {
    return blocks_[number / kBlockRows][number % kBlockRows];
  }
  std::uint32_t rows() const { return rows_; }

  /// Removes the rows but keeps their memory.
  void clear() { rows_ = 0; }
  /// Removes the rows and frees their memory.
  void release();

 private:
  struct Free {
    void operator()(Row* block) const;
  };
  std::vector<std::unique_ptr<Row[], Free>> blocks_;
  std::uint32_t rows_ = 0;
};

}  // namespace amt
