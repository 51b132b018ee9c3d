#include "amt/tokens/events.hpp"

#include <gtest/gtest.h>

#include "piano_notes.hpp"

namespace amt::test {
namespace {

TEST(MakePiece, TheFilterIsExactAtItsLimits) {
  Piece piece;
  EXPECT_EQ(make_piece({}, piece), FileOutcome::kTooShort);
  EXPECT_EQ(make_piece(piano_notes(99, 5000), piece), FileOutcome::kTooShort);
  EXPECT_EQ(make_piece(piano_notes(100, 5000), piece), FileOutcome::kKept);
  EXPECT_EQ(make_piece(piano_notes(100, 999), piece), FileOutcome::kTooShort);
  EXPECT_EQ(make_piece(piano_notes(100, 1000), piece), FileOutcome::kKept);
  EXPECT_EQ(make_piece(piano_notes(100, 360000), piece), FileOutcome::kKept);
  EXPECT_EQ(make_piece(piano_notes(100, 360001), piece), FileOutcome::kTooLong);
  EXPECT_EQ(make_piece(piano_notes(100, 1e300), piece), FileOutcome::kTooLong);
}

TEST(MakePiece, AcceptsAtMostSixteenInstruments) {
  std::vector<Note> notes = piano_notes(100, 5000);
  for (std::size_t i = 0; i < 16; ++i) notes[i].instrument = static_cast<std::uint8_t>(15 - i);
  Piece piece;
  EXPECT_EQ(make_piece(notes, piece), FileOutcome::kKept);
  notes[16].instrument = 128;
  EXPECT_EQ(make_piece(notes, piece), FileOutcome::kTooManyInstruments);
  // "Too long" has priority, as in the reference.
  notes.back().onset = 400000;
  EXPECT_EQ(make_piece(notes, piece), FileOutcome::kTooLong);
}

TEST(MakePiece, InstrumentsAreInOrderOfAppearance) {
  std::vector<Note> notes = piano_notes(100, 5000);
  notes[0].instrument = 128;
  notes[1].instrument = 40;
  notes[2].instrument = 128;
  Piece piece;
  make_piece(notes, piece);
  EXPECT_EQ(piece.instruments, (std::vector<std::uint8_t>{128, 40, 0}));
  EXPECT_EQ(instrument_of(piece.events[0]), 128);
  EXPECT_EQ(instrument_of(piece.events[1]), 40);
}

TEST(MakePiece, DurationsAreClippedAndCounted) {
  std::vector<Note> notes = piano_notes(100, 5000);
  const double durations[] = {kNeverEnded, 0, 999, 1000, 1e300};
  for (std::size_t i = 0; i < 5; ++i) notes[i].duration = durations[i];
  Piece piece;
  make_piece(notes, piece);
  const Token tokens[] = {10025, 10000, 10999, 10999, 10999};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(piece.events[i].duration, tokens[i]) << i;
  EXPECT_EQ(piece.truncations, 2u);
}

TEST(MakePiece, SecondsIncludeTheLastEventsClippedDuration) {
  std::vector<Note> notes = piano_notes(100, 5000);
  Piece piece;
  notes.back().duration = 50;
  make_piece(notes, piece);
  EXPECT_DOUBLE_EQ(piece.seconds(), 50.50);
  notes.back().duration = 2000;
  make_piece(notes, piece);
  EXPECT_DOUBLE_EQ(piece.seconds(), 59.99);
  notes.back().duration = kNeverEnded;
  make_piece(notes, piece);
  EXPECT_DOUBLE_EQ(piece.seconds(), 50.25);
}

}  // namespace
}  // namespace amt::test
