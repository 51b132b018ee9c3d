// Tests the decoding of rows to notes.
#include "amt/tokens/decode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/midi/writer.hpp"
#include "amt/tokens/row_table.hpp"
#include "amt/tokens/unit_tokenizer.hpp"
#include "support/golden_cases.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using Fields = std::tuple<double, double, int, int>;

Fields fields_of(const Note& n) { return {n.onset, n.duration, n.pitch, n.instrument}; }

/// Returns the decoded rows of one golden unit.
std::vector<DecodedRow> decoded_unit(char digit, const Encoding& encoding, int augment) {
  std::vector<DecodedRow> rows;
  UnitTokenizer tokenizer(encoding, augment,
                          [&](const Row& row) { rows.push_back(decode_row(row, encoding)); });
  MidiParser parser;
  for (const test::TreeFile& file : test::golden_unit(digit)) {
    try {
      tokenizer.add(parser.parse(test::as_bytes(file.bytes)));
    } catch (const MidiError&) {
    }
  }
  return rows;
}

/// Returns the notes of the unit's first kept piece, in token values.
std::vector<Fields> first_piece(char digit) {
  MidiParser parser;
  std::vector<Note> notes;
  Piece piece;
  for (const test::TreeFile& file : test::golden_unit(digit)) {
    try {
      notes_of(parser.parse(test::as_bytes(file.bytes)), notes);
    } catch (const MidiError&) {
      continue;
    }
    if (make_piece(notes, piece) != FileOutcome::kKept) continue;
    std::vector<Fields> fields;
    for (Note& note : notes) {
      if (note.duration == kNeverEnded) note.duration = 25;
      note.duration = std::min(note.duration, 999.0);
      fields.push_back(fields_of(note));
    }
    return fields;
  }
  throw std::runtime_error("no piece");
}

TEST(Decode, FirstRowOfAUnitHasTheNotesOfItsFile) {
  int rows = 0;
  for (const char digit : test::kUnitDigits) {
    const std::vector<DecodedRow> unit = decoded_unit(digit, kArrival, 1);
    if (unit.empty()) continue;
    const RowPiece& piece = unit[0].pieces.at(0);
    EXPECT_TRUE(piece.from_start);
    EXPECT_FALSE(unit[0].anticipated);
    const std::vector<Fields> expected = first_piece(digit);
    ASSERT_LE(piece.notes.size(), expected.size());
    for (std::size_t i = 0; i < piece.notes.size(); ++i) {
      EXPECT_EQ(fields_of(piece.notes[i].note), expected[i]);
      EXPECT_FALSE(piece.notes[i].control || piece.notes[i].open);
    }
    ++rows;
  }
  EXPECT_GT(rows, 10);
}

TEST(Decode, ControlsAreMarkedAndOrderedByTime) {
  std::size_t controls = 0, pieces = 0;
  for (const DecodedRow& row : decoded_unit('a', kArrival, 10)) {
    for (const RowPiece& piece : row.pieces) {
      EXPECT_TRUE(
          std::ranges::is_sorted(piece.notes, {}, [](const RowNote& n) { return n.note.onset; }));
      for (const RowNote& note : piece.notes) controls += note.control ? 1 : 0;
      EXPECT_EQ(piece.from_start || &piece == &row.pieces.front(), true);
      ++pieces;
    }
  }
  EXPECT_GT(controls, 1000u);
  EXPECT_GT(pieces, 20u);
}

TEST(Decode, RowsRoundTripThroughMidi) {
  std::uint64_t rows = 0, altered = 0;
  for (const Encoding* encoding : encodings()) {
    const int augment = encoding == &kArrival ? 10 : 1;
    for (const DecodedRow& row : decoded_unit('a', *encoding, augment)) {
      const std::vector<Note> notes = notes_in_sequence(row);
      const WrittenMidi midi = write_midi(notes);
      ++rows;
      altered += midi.altered > 0 ? 1 : 0;
      if (midi.altered > 0) continue;
      std::vector<Fields> expected, read;
      std::ranges::transform(notes, std::back_inserter(expected), fields_of);
      MidiParser parser;
      std::vector<Note> back;
      notes_of(parser.parse(test::as_bytes(midi.bytes)), back);
      std::ranges::transform(back, std::back_inserter(read), fields_of);
      std::ranges::sort(expected);
      std::ranges::sort(read);
      EXPECT_EQ(read, expected);
    }
  }
  EXPECT_GT(rows, 50u);
  EXPECT_LT(altered, rows / 10);
}

Row interarrival_row(const std::vector<int>& first) {
  Row row{};
  row.fill(Token{kMidiOffOffset});  // note-offs without notes
  std::ranges::transform(first, row.begin(), [](int t) { return static_cast<Token>(t); });
  return row;
}

TEST(Decode, InterarrivalNoteOffEndsTheOldestNote) {
  const int on = kMidiOnOffset + 60, off = kMidiOffOffset + 60;
  const DecodedRow row = decode_row(
      interarrival_row({off, 7, on, 10, on, 5, off, 100, on + 1, kMidiSeparator, 3, on, 4, off}),
      kInterarrival);
  ASSERT_EQ(row.pieces.size(), 2u);
  const RowPiece &head = row.pieces[0], &piece = row.pieces[1];
  EXPECT_FALSE(head.from_start);
  ASSERT_EQ(head.notes.size(), 3u);
  EXPECT_EQ(fields_of(head.notes[0].note), Fields(7, 15, 60, 0));
  EXPECT_EQ(fields_of(head.notes[1].note), Fields(17, 105, 60, 0));
  EXPECT_EQ(fields_of(head.notes[2].note), Fields(122, 0, 61, 0));
  EXPECT_FALSE(head.notes[0].open);
  EXPECT_TRUE(head.notes[1].open && head.notes[2].open);
  EXPECT_TRUE(piece.from_start);
  ASSERT_EQ(piece.notes.size(), 1u);
  EXPECT_EQ(fields_of(piece.notes[0].note), Fields(3, 4, 60, 0));
}

TEST(Decode, PiecesAreSeparatedByOneSecondOfSilence) {
  const int on = kMidiOnOffset + 60, off = kMidiOffOffset + 60;
  const DecodedRow row =
      decode_row(interarrival_row({on, 50, off, kMidiSeparator, 3, on, 4, off, kMidiSeparator, on}),
                 kInterarrival);
  const std::vector<Note> notes = notes_in_sequence(row);
  ASSERT_EQ(notes.size(), 3u);
  EXPECT_EQ(notes[0].onset, 0);
  EXPECT_EQ(notes[1].onset, 153);
  EXPECT_EQ(notes[2].onset, 257);
}

TEST(Decode, ASeparatorAtTheEndStartsAnEmptyPiece) {
  Row row = interarrival_row({});
  row.back() = kMidiSeparator;
  const DecodedRow decoded = decode_row(row, kInterarrival);
  ASSERT_EQ(decoded.pieces.size(), 2u);
  EXPECT_TRUE(decoded.pieces[1].from_start && decoded.pieces[1].notes.empty());
}

TEST(Decode, MisplacedTokensAreReported) {
  Row row{};
  EXPECT_TRUE(test::refuses<Error>([&] { decode_row(row, kArrival); }, {"token 0 ", " 0"}));
  row[0] = kAutoregress;
  EXPECT_THROW(decode_row(row, kArrival), Error);
  row.fill(0);
  row[5] = kInterarrivalVocabulary;
  EXPECT_THROW(decode_row(row, kInterarrival), Error);
  EXPECT_THROW(decode_row(std::vector<Token>(7), kInterarrival), Error);
}

TEST(RowTable, ShowsEachNote) {
  DecodedRow row;
  row.anticipated = true;
  row.pieces.push_back(
      {false, {{{0, 25, 60, 0, 80}, false, false}, {{150, 5, 36, 128, 80}, true}}, 2});
  row.pieces.push_back({true, {{{10, 999, 69, 40, 80}, false, true}}, 0});
  EXPECT_EQ(row_table(row), R"(2 pieces, flag ANTICIPATE

Piece 1, begun before this row: 2 notes, including 1 control; 2 rests
    time s  length s   instrument                pitch
      0.00      0.25   Acoustic Grand Piano      C4     60  event
      1.50      0.05   Drums                     C2     36  control

Piece 2, from its start: 1 note
    time s  length s   instrument                pitch
      0.10      9.99+  Violin                    A4     69  event
)");
}

}  // namespace
}  // namespace amt
