// The interarrival encoding: note-ons, note-offs and the times between them
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

/// A piece's tokens, made as its messages come.
class InterarrivalTokens {
 public:
  /// Forgets the piece before. `expected` messages get their memory at once.
  void begin(std::size_t expected = 0);
  void add(std::span<const NoteMessage> messages);

  /// MidiError if a time was too large for a double.
  std::span<const Token> tokens() const;
  std::size_t size() const { return tokens_.size(); }         ///< also where a time was too large
  std::uint64_t truncations() const { return truncations_; }  ///< times cut to what a token can say

 private:
  std::vector<Token> tokens_;
  std::uint64_t truncations_ = 0;
  bool overflow_ = false;
};

/// Concatenates pieces and cuts the stream into rows; what does not fill one in the end is dropped.
class InterarrivalPacker {
 public:
  explicit InterarrivalPacker(RowSink sink) : sink_(std::move(sink)) {}

  /// Appends a separator and the tokens, and emits the rows that are full.
  void add(std::span<const Token> tokens);

  std::uint64_t rows() const { return rows_; }  ///< emitted

 private:
  RowSink sink_;
  std::vector<Token> buffer_;  ///< less than a row between calls
  Row row_{};
  std::uint64_t rows_ = 0;
};

}  // namespace amt
