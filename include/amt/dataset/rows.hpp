// Sources of training rows, and how a batch is divided among ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/dataset/dataset.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// The `count` rows first x stride, (first + 1) x stride, ..., modulo the source's number of rows.
struct RowRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t stride = 1;
  bool operator==(const RowRange&) const = default;
};

/// Rows of equal length in a fixed order that is the same on every rank. Local; read() may be
/// called from any thread, and must not call MPI or HDF5.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual int row_length() const = 0;  ///< tokens
  virtual std::uint64_t rows() const = 0;
  /// Copies rows first, first + 1, ... (modulo rows(), so that reading wraps around) to `out`,
  /// [count, row_length].
  virtual void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const = 0;
};

/// A split of a dataset.
class DatasetRows : public RowSource {
 public:
  explicit DatasetRows(SplitReader reader) : reader_(std::move(reader)) {}
  int row_length() const override { return kContextLength; }
  std::uint64_t rows() const override { return reader_.rows(); }
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const override {
    reader_.read(first, count, out);
  }

 private:
  SplitReader reader_;
};

/// Consecutive rows of a global batch that are computed in one forward and backward pass.
struct MicroBatch {
  int first_row = 0;  ///< index within the global batch; also the key of dropout masks
  int rows = 0;
};

/// Returns the part of a global batch that rank `rank` computes: rows [rank * batch / ranks, (rank
/// + 1) * batch / ranks), in order. ranks x micro must divide batch.
std::vector<MicroBatch> plan_micro_batches(int batch, int ranks, int rank, int micro);

}  // namespace amt
