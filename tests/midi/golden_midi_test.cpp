// Compares the parser's output with the reference's for the same files.
#include <gtest/gtest.h>

#include "amt/midi/compound.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "support/golden.hpp"
#include "support/golden_cases.hpp"
#include "support/refusal.hpp"

namespace amt::test {
namespace {

std::vector<double> numbers(const std::vector<Note>& notes) {
  std::vector<double> out;
  for (const Note& note : notes) {
    out.insert(out.end(), {note.onset, note.duration, double(note.pitch), double(note.instrument),
                           double(note.velocity)});
  }
  return out;
}

// Uses one parser for all files, because data that one file leaves in its buffers must not affect
// the next.
TEST(GoldenMidi, CasesGiveTheSameNotesAsTheReference) {
  MidiParser parser;
  NotePairing pairing;
  std::vector<Note> notes;
  ASSERT_FALSE(golden_cases().empty());
  for (const GoldenCase& golden : golden_cases()) {
    SCOPED_TRACE(golden.file);
    if (!golden.ok) {
      EXPECT_THROW(pairing.find(parser.parse(as_bytes(golden.bytes)), notes), MidiError);
      continue;
    }
    ASSERT_NO_THROW(pairing.find(parser.parse(as_bytes(golden.bytes)), notes));
    EXPECT_EQ(numbers(notes), golden.compound);
  }
}

TEST(GoldenMidi, TreeGivesTheSameCompoundTextAsTheReference) {
  MidiParser parser;
  int accepted = 0, refused = 0;
  for (const char digit : kUnitDigits) {
    for (const TreeFile& file : golden_unit(digit)) {
      SCOPED_TRACE(file.name);
      const auto expected =
          golden_dir() / "expected/compound" / (file.name.substr(2) + ".compound.txt.gz");
      if (!exists(expected)) {
        EXPECT_THROW(parser.parse(as_bytes(file.bytes)), MidiError);
        ++refused;
        continue;
      }
      std::vector<Note> notes;
      notes_of(parser.parse(as_bytes(file.bytes)), notes);
      EXPECT_EQ(compound_text(notes), read_golden(expected));
      ++accepted;
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_GT(refused, 0);
}

TEST(GoldenMidi, ErrorsStateReasonAndPosition) {
  MidiParser parser;
  const auto parse = [&] { parser.parse(as_bytes(golden_case("databyte_high.mid").bytes)); };
  EXPECT_THROW(parse(), MidiError);
  EXPECT_TRUE(test::exits_with(ExitCode::kBadInput, parse, {"127", " byte "}));
}

}  // namespace
}  // namespace amt::test
