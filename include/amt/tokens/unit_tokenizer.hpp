// One unit of the corpus, file by file, to rows. A unit is tokenised as the reference tokenises one
// of its splits: the packing buffer, the flag and the random stream (seed 0) run through it.
#pragma once

#include <span>
#include <vector>

#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/midi/playback.hpp"
#include "amt/random/numpy_random.hpp"
#include "amt/tokens/augment.hpp"
#include "amt/tokens/events.hpp"
#include "amt/tokens/interarrival.hpp"
#include "amt/tokens/packer.hpp"
#include "amt/tokens/profile.hpp"
#include "amt/tokens/token_stats.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Tokenises the files of one unit, which must come in the byte order of their names. Local; not
/// thread-safe. The tail that does not fill a row is dropped with the object.
class UnitTokenizer {
 public:
  /// `augment` copies of each piece, the first as it is. UsageError unless augment >= 1, and 1 for
  /// interarrival, which has no augmentation. `sink` is called during add().
  UnitTokenizer(Encoding encoding, int augment, RowSink sink);

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
  const CorpusProfile& profile() const { return profile_; }

 private:
  void add_arrival();
  void add_interarrival();
  void count(FileOutcome outcome);
  /// What the profile says of a file before its notes are given back.
  struct Extent {
    double tokens = 0, seconds = 0;
  };
  Extent extent() const;
  void describe(const Extent& extent, FileOutcome outcome);
  void release_scratch();

  Encoding encoding_;
  int augment_;
  NumpyRandom random_{0};
  RowPacker packer_;
  InterarrivalPacker interarrival_packer_;
  TokenStats stats_;
  CorpusProfile profile_;

  // Scratch memory, kept between files.
  NotePairing pairing_;
  std::vector<Note> notes_;
  Piece piece_;
  AugmentedPiece augmented_;
  std::vector<Event> padded_, triples_;
  InterarrivalTokens tokens_;
  bool large_ = false;  // the present file
};

}  // namespace amt
