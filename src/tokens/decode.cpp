#include "amt/tokens/decode.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "triple.hpp"

namespace amt {
namespace {

[[noreturn]] void refuse(Token token, int at, Encoding encoding) {
  throw Error(str_cat("token ", at, " of the row is ", token, ", which cannot stand there in the ",
                      encoding_name(encoding), " encoding; run amt inspect --verify"));
}

RowNote make_note(double onset, double duration, int pitch, int instrument) {
  return {{onset, duration, static_cast<std::uint8_t>(pitch), static_cast<std::uint8_t>(instrument),
           kPlayedVelocity}};
}

void decode_arrival(std::span<const Token> row, DecodedRow& out) {
  if (row[0] != kAutoregress && row[0] != kAnticipate) refuse(row[0], 0, out.encoding);
  out.anticipated = row[0] == kAnticipate;
  for (int at = 1; at < kContextLength; at += kTripleTokens) {
    const auto tokens = row.subspan(static_cast<std::size_t>(at)).first<kTripleTokens>();
    Triple triple;
    const int good = read_triple(tokens, triple);
    if (good < kTripleTokens)
      refuse(tokens[static_cast<std::size_t>(good)], at + good, out.encoding);
    if (triple.kind == Triple::Kind::kBoundary) {
      out.pieces.push_back({true, {}, 0});
      continue;
    }
    if (out.pieces.empty()) out.pieces.emplace_back();
    RowPiece& piece = out.pieces.back();
    if (triple.kind == Triple::Kind::kPause) {
      ++piece.rests;
      continue;
    }
    piece.notes.push_back(make_note(triple.time, triple.duration, triple.pitch, triple.instrument));
    piece.notes.back().control = triple.control;
  }
}

/// The interarrival tokens of one piece.
class PieceDecoder {
 public:
  explicit PieceDecoder(RowPiece& piece) : piece_(piece) {}

  void wait(int ticks) { now_ += ticks; }

  void start(int sound) {
    sounding_[sound].push_back(piece_.notes.size());
    piece_.notes.push_back(make_note(now_, 0, sound % kPitches, sound / kPitches));
    piece_.notes.back().open = true;
  }

  /// Ends the oldest of the notes that sound, if any.
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

void decode_interarrival(std::span<const Token> row, DecodedRow& out) {
  const auto bad = std::ranges::find_if(row, [](Token t) { return t >= kInterarrivalVocabulary; });
  if (bad != row.end()) refuse(*bad, static_cast<int>(bad - row.begin()), out.encoding);
  bool from_start = false;
  while (!row.empty() || from_start) {
    const auto separator = std::ranges::find(row, Token{kMidiSeparator});
    const auto size = static_cast<std::size_t>(separator - row.begin());
    if (size > 0 || from_start) {
      out.pieces.push_back({from_start, {}, 0});
      decode_piece(row.first(size), out.pieces.back());
    }
    from_start = separator != row.end();
    row = row.subspan(size + (from_start ? 1 : 0));
  }
}

}  // namespace

DecodedRow decode_row(std::span<const Token> row, Encoding encoding) {
  if (row.size() != kContextLength) throw Error(str_cat("a row of ", row.size(), " tokens"));
  DecodedRow decoded{encoding, false, {}};
  if (encoding == Encoding::kArrival) {
    decode_arrival(row, decoded);
  } else {
    decode_interarrival(row, decoded);
  }
  for (RowPiece& piece : decoded.pieces) {
    std::ranges::stable_sort(piece.notes, {}, [](const RowNote& n) { return n.note.onset; });
  }
  return decoded;
}

std::vector<Note> notes_in_sequence(const DecodedRow& row) {
  std::vector<Note> notes;
  double start = 0, end = 0;
  for (const RowPiece& piece : row.pieces) {
    for (RowNote each : piece.notes) {
      each.note.onset += start;
      end = std::max(end, each.note.onset + each.note.duration);
      notes.push_back(each.note);
    }
    start = end + kTimeResolution;
  }
  return notes;
}

}  // namespace amt
