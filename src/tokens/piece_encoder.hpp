// From pieces to rows: what an encoding does for UnitTokenizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "amt/midi/note.hpp"
#include "amt/midi/playback.hpp"
#include "amt/tokens/events.hpp"

namespace amt {

/// What one piece's rows took.
struct EncodedPiece {
  std::uint64_t rests = 0;        ///< inserted, over all copies
  std::uint64_t truncations = 0;  ///< times cut to what a token can say, over all copies
  std::uint64_t first_rests = 0, first_events = 0;  ///< of the first copy; events with its rests
};

/// Encodes the pieces of one unit, file by file: begin(), add() for its messages, count_tokens()
/// once its notes are complete, and encode() if it is kept. A file that is left out ends anywhere
/// before encode(). Rows go to the sink during encode().
class PieceEncoder {
 public:
  virtual ~PieceEncoder() = default;

  /// `expected` notes' messages get their memory at once; 0: not known.
  virtual void begin(std::size_t /*expected*/) {}
  virtual void add(std::span<const NoteMessage> /*messages*/) {}
  /// Tokens of the notes alone, without rests and separators. The notes are gone afterwards.
  virtual std::size_t count_tokens(std::span<const Note> notes) = 0;
  /// MidiError if the piece cannot be encoded: it leaves no trace.
  virtual EncodedPiece encode(const Piece& piece) = 0;
  /// Gives back the memory that is kept between files, but not the row that is not full yet.
  virtual void release_scratch() = 0;

  virtual std::uint64_t rows() const = 0;  ///< emitted
  virtual std::uint64_t discarded() const { return 0; }
};

}  // namespace amt
