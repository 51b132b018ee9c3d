// One unit of the corpus, file by file, to rows. A unit is tokenised as the reference tokenises one
// of its splits: the packing buffer, the flag and the random stream (seed 0) run through it.
#pragma once

#include <vector>

#include "amt/base/numpy_random.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/playback.hpp"
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

  /// Gives back the memory that add() keeps for the next file, after a large one.
  void release_scratch();

  const TokenStats& stats() const { return stats_; }
  const CorpusProfile& profile() const { return profile_; }

 private:
  void add_arrival();
  void add_interarrival(const Playback& playback);
  void count(FileOutcome outcome);
  void describe(const Playback& playback, FileOutcome outcome);

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
  std::vector<Token> tokens_;
};

}  // namespace amt
