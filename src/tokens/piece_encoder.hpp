// The interface between UnitTokenizer and an encoding: turns pieces into rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "amt/midi/note.hpp"
#include "amt/midi/playback.hpp"
#include "amt/tokens/events.hpp"

namespace amt {

/// Counts for one encoded piece.
struct EncodedPiece {
  std::uint64_t rests = 0;                          ///< inserted, in all copies
  std::uint64_t truncations = 0;                    ///< clipped times, in all copies
  std::uint64_t first_rests = 0, first_events = 0;  ///< in the first copy; events include its rests
};

/// Encodes the pieces of one unit, file by file: begin(), add() for the file's messages,
/// count_tokens() once its notes are complete, and encode() if it is kept. A file may be abandoned
/// at any time before encode(). Rows go to the sink during encode().
class PieceEncoder {
 public:
  virtual ~PieceEncoder() = default;

  /// Reserves memory for the messages of `expected` notes; 0 if unknown.
  virtual void begin(std::size_t /*expected*/) {}
  virtual void add(std::span<const NoteMessage> /*messages*/) {}
  /// Returns the number of tokens of the notes alone, without rests and separators. Destroys the
  /// notes.
  virtual std::size_t count_tokens(std::span<const Note> notes) = 0;
  /// Throws MidiError if the piece cannot be encoded; it then has no effect.
  virtual EncodedPiece encode(const Piece& piece) = 0;
  /// Frees the memory that is kept between files, except for the incomplete row.
  virtual void release_scratch() = 0;

  virtual std::uint64_t rows() const = 0;  ///< emitted
  virtual std::uint64_t discarded() const { return 0; }
};

}  // namespace amt
