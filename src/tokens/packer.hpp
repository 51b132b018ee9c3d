// Packs the stream of triples into rows of the arrival encoding (docs/spec/preprocessing.md 5).
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "amt/tokens/encoding.hpp"
#include "amt/tokens/events.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Concatenates pieces and cuts the stream into rows: one flag and 341 triples whose times are
/// relative to the first of the row. A piece may span several rows, and a row several pieces; the
/// incomplete row at the end is dropped. Local.
class RowPacker {
 public:
  explicit RowPacker(RowSink sink) : sink_(std::move(sink)) {}

  /// Appends a separator and the triples, and emits complete rows. `anticipated` sets the flag of
  /// the next row.
  void add(std::span<const Event> triples, bool anticipated);

  std::uint64_t rows() const { return rows_; }            ///< emitted
  std::uint64_t discarded() const { return discarded_; }  ///< rows with a time over 100 s

 private:
  void emit(std::span<const Event> triples, Token next_flag);
  bool fill_row(std::span<const Event> triples);

  RowSink sink_;
  std::vector<Event> buffer_;  ///< less than a row between calls
  Row row_{};
  Token flag_ = kAutoregress;
  std::uint64_t rows_ = 0;
  std::uint64_t discarded_ = 0;
};

}  // namespace amt
