#include "arrival_decoder.hpp"

#include "decoding.hpp"
#include "triple.hpp"

namespace amt {

void decode_arrival(std::span<const Token> row, DecodedRow& out) {
  if (row[0] != kAutoregress && row[0] != kAnticipate) refuse_token(row[0], 0, kArrival);
  out.anticipated = row[0] == kAnticipate;
  for (int at = 1; at < kContextLength; at += kTripleTokens) {
    const auto tokens = row.subspan(at).first<kTripleTokens>();
    Triple triple;
    const int good = read_triple(tokens, triple);
    if (good < kTripleTokens) refuse_token(tokens[good], at + good, kArrival);
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
    piece.notes.push_back(
        {played_note(triple.time, triple.duration, triple.pitch, triple.instrument)});
    piece.notes.back().control = triple.control;
  }
}

}  // namespace amt
