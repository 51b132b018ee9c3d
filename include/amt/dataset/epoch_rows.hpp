// Training rows in a new order for each epoch.
#pragma once

#include <cstdint>

#include "amt/dataset/rows.hpp"

namespace amt {

/// Another source's rows: the first epoch as they are, each one after it in an order of its own,
/// which follows from (rows, seed, epoch) alone and is computed row by row. Row i of the endless
/// order is of epoch i / rows().
class EpochRows : public RowSource {
 public:
  /// `rows` must outlive it.
  EpochRows(const RowSource& rows, std::uint64_t seed) : rows_(rows), seed_(seed) {}
  int row_length() const override { return rows_.row_length(); }
  std::uint64_t rows() const override { return rows_.rows(); }
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const override;

 private:
  const RowSource& rows_;
  std::uint64_t seed_;
};

}  // namespace amt
