// Tokenises one unit of the corpus, file by file, just as the reference tokenises one of its
// splits: the packing buffer, the flag and the random stream (seed 0) continue from file to file.
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

/// Facts about a file that was tokenised or left out.
struct FileSummary {
  FileOutcome outcome = FileOutcome::kTooShort;
  std::size_t tokens = 0;  ///< tokens of its notes, without rests and separators
  double last_onset = 0;   ///< seconds; decides whether the file is kept
  // Set only for a kept file; otherwise left over from an earlier one:
  double seconds = 0;                     ///< length of the music
  std::vector<std::uint8_t> instruments;  ///< distinct
  std::uint64_t rests = 0, events = 0;    ///< in the first copy, if the encoding has rests
};

/// Tokenises the files of one unit, which must be added in the byte order of their names. Local;
/// not thread-safe. The last tokens, which do not fill a row, are discarded.
class UnitTokenizer {
 public:
  /// Makes `augment` copies of each piece, the first unchanged. Throws UsageError unless augment >=
  /// 1, and exactly 1 for an encoding without anticipation. `sink` is called during add().
  UnitTokenizer(const Encoding& encoding, int augment, RowSink sink);
  ~UnitTokenizer();

  /// Throws MidiError if the file's times are too large for a double; the file then has no effect.
  FileOutcome add(const Playback& playback);

  /// As above, for a file whose messages arrive in batches: begin_file(), add_messages() for each
  /// batch, end_file(). A file without end_file() has no effect. For a `large` file, first frees
  /// memory kept from earlier files, and allocates the file's own at once and frees it as soon as
  /// possible.
  void begin_file(const MidiCounts* large = nullptr);
  void add_messages(std::span<const NoteMessage> messages);
  FileOutcome end_file();

  /// Returns the notes; available between the file's last messages and end_file().
  const std::vector<Note>& notes();

  const TokenStats& stats() const { return stats_; }
  const FileSummary& last_file() const { return last_file_; }  ///< the last finished file

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
  bool large_ = false;  // whether the current file is large
};

}  // namespace amt
