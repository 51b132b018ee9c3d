// Tokenises one unit of the corpus, file by file. A unit is tokenised as the reference tokenises
// one of its splits: the packing buffer, the flag and the random stream (seed 0) run through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/midi/playback.hpp"
#include "amt/tokens/encoding.hpp"
#include "amt/tokens/events.hpp"
#include "amt/tokens/token_stats.hpp"

namespace amt {

/// What is known of a file once it is tokenised, or left out.
struct FileSummary {
  FileOutcome outcome = FileOutcome::kTooShort;
  std::size_t tokens = 0;  ///< of its notes alone
  double last_onset = 0;   ///< seconds; what the filter looks at
  // Of a file that is kept, else those of one before:
  double seconds = 0;                     ///< of music
  std::vector<std::uint8_t> instruments;  ///< distinct
  std::uint64_t rests = 0, events = 0;    ///< of the first copy, if its encoding has rests
};

/// Tokenises the files of one unit, which must come in the byte order of their names. Local; not
/// thread-safe. The tail that does not fill a row is dropped with the object.
class UnitTokenizer {
 public:
  /// `augment` copies of each piece, the first as it is. UsageError unless augment >= 1, and 1 for
  /// an encoding without anticipation. `sink` is called during add().
  UnitTokenizer(const Encoding& encoding, int augment, RowSink sink);
  ~UnitTokenizer();

  /// MidiError if the file's times exceed a double: it is as if the file had not been there.
  FileOutcome add(const Playback& playback);

  /// The same for a file whose messages come some at a time: begin_file(), add_messages() for each,
  /// end_file(). A file that is not ended is as if it had not been there. A `large` file's memory
  /// is taken at once and given back as soon as it is not needed any more, as what was kept before
  /// is.
  void begin_file(const MidiCounts* large = nullptr);
  void add_messages(std::span<const NoteMessage> messages);
  FileOutcome end_file();

  /// After the file's last messages and before its end.
  const std::vector<Note>& notes();

  const TokenStats& stats() const { return stats_; }
  const FileSummary& last_file() const { return last_file_; }  ///< that was ended

 private:
  void encode();
  void release_scratch();

  std::unique_ptr<PieceEncoder> encoder_;
  TokenStats stats_;
  FileSummary last_file_;

  // Scratch memory, kept between files.
  NotePairing pairing_;
  std::vector<Note> notes_;
  Piece piece_;
  bool large_ = false;  // the present file
};

}  // namespace amt
