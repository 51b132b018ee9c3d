// The interarrival encoding: note-ons, note-offs and the times between them
// (spec/preprocessing.md 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/playback.hpp"
#include "amt/tokens/packer.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// The tokens of a piece into `tokens`. Returns how many times were cut to what a token can say.
/// MidiError if a time is too large for a double; `tokens` is unspecified then.
std::uint64_t interarrival_of(const Playback& playback, std::vector<Token>& tokens);

/// How many tokens interarrival_of() makes of it.
std::size_t interarrival_size(const Playback& playback);

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
