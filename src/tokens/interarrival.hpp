// The interarrival encoding: note-ons, note-offs and the waits between them
// (docs/spec/preprocessing.md 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "amt/midi/playback.hpp"
#include "amt/tokens/encoding.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Builds a piece's tokens while its messages arrive.
class InterarrivalTokens {
 public:
  /// Discards the previous piece. Reserves memory for `expected` messages.
  void begin(std::size_t expected = 0);
  void add(std::span<const NoteMessage> messages);

  /// Throws MidiError if a time was too large for a double.
  std::span<const Token> tokens() const;
  std::size_t size() const { return tokens_.size(); }  ///< valid even if a time was too large
  std::uint64_t truncations() const { return truncations_; }  ///< clipped waits

 private:
  std::vector<Token> tokens_;
  std::uint64_t truncations_ = 0;
  bool overflow_ = false;
};

/// Concatenates pieces and cuts the stream into rows; the incomplete row at the end is dropped.
class InterarrivalPacker {
 public:
  explicit InterarrivalPacker(RowSink sink) : sink_(std::move(sink)) {}

  /// Appends a separator and the tokens, and emits complete rows.
  void add(std::span<const Token> tokens);

  std::uint64_t rows() const { return rows_; }  ///< emitted

 private:
  RowSink sink_;
  std::vector<Token> buffer_;  ///< less than a row between calls
  Row row_{};
  std::uint64_t rows_ = 0;
};

}  // namespace amt
