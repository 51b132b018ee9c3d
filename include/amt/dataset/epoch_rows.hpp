// Presents training rows in a new order for each epoch.
#pragma once

#include <cstdint>

#include "amt/dataset/rows.hpp"

namespace amt {

/// Presents another source's rows: unchanged in the first epoch, and in each later epoch in a
/// different order, which depends only on (rows, seed, epoch) and is computed row by row. Row i of
/// the endless sequence belongs to epoch i / rows().
class EpochRows : public RowSource {
 public:
  /// `rows` must outlive this object.
  EpochRows(const RowSource& rows, std::uint64_t seed) : rows_(rows), seed_(seed) {}
  int row_length() const override { return rows_.row_length(); }
  std::uint64_t rows() const override { return rows_.rows(); }
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const override;

 private:
  const RowSource& rows_;
  std::uint64_t seed_;
};

}  // namespace amt
