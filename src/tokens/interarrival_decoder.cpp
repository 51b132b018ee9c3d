#include "interarrival_decoder.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "decoding.hpp"

namespace amt {
namespace {

/// Decodes the interarrival tokens of one piece.
class PieceDecoder {
 public:
  explicit PieceDecoder(RowPiece& piece) : piece_(piece) {}

  void wait(int ticks) { now_ += ticks; }

  void start(int sound) {
    sounding_[sound].push_back(piece_.notes.size());
    piece_.notes.push_back({played_note(now_, 0, sound % kPitches, sound / kPitches)});
    piece_.notes.back().open = true;
  }

  /// Ends the oldest of the sounding notes of this kind, if any.
  void end(int sound) {
    std::vector<std::size_t>& queue = sounding_[sound];
    if (queue.empty()) return;
    RowNote& note = piece_.notes[queue.front()];
    note.note.duration = now_ - note.note.onset;
    note.open = false;
    queue.erase(queue.begin());
  }

  void finish() {
    for (RowNote& note : piece_.notes) {
      if (note.open) note.note.duration = now_ - note.note.onset;
    }
  }

 private:
  RowPiece& piece_;
  double now_ = 0;                                    // ticks
  std::map<int, std::vector<std::size_t>> sounding_;  // instrument and pitch -> notes, oldest first
};

void decode_piece(std::span<const Token> tokens, RowPiece& piece) {
  PieceDecoder decoder(piece);
  for (const Token token : tokens) {
    if (token < kMidiOnOffset) {
      decoder.wait(token);
    } else if (token < kMidiOffOffset) {
      decoder.start(token - kMidiOnOffset);
    } else {
      decoder.end(token - kMidiOffOffset);
    }
  }
  decoder.finish();
}

}  // namespace

void decode_interarrival(std::span<const Token> row, DecodedRow& out) {
  const auto bad = std::ranges::find_if(row, [](Token t) { return t >= kInterarrivalVocabulary; });
  if (bad != row.end()) refuse_token(*bad, static_cast<int>(bad - row.begin()), kInterarrival);
  bool from_start = false;
  while (!row.empty() || from_start) {
    const auto separator = std::ranges::find(row, Token{kMidiSeparator});
    const std::size_t size = separator - row.begin();
    if (size > 0 || from_start) {
      out.pieces.push_back({from_start, {}, 0});
      decode_piece(row.first(size), out.pieces.back());
    }
    from_start = separator != row.end();
    row = row.subspan(size + (from_start ? 1 : 0));
  }
}

}  // namespace amt
