// Compares filter results, events and interarrival tokens of single files with the reference's.
#include <gtest/gtest.h>

#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/tokens/events.hpp"
#include "src/tokens/interarrival.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

std::vector<int> numbers(const std::vector<Event>& events) {
  std::vector<int> out;
  for (const Event& event : events) {
    out.insert(out.end(), {static_cast<int>(event.time), event.duration, event.note});
  }
  return out;
}

TEST(GoldenTokens, CasesGiveTheSameFilterAndEventsAsTheReference) {
  MidiParser parser;
  Piece piece;
  std::vector<Note> notes;
  for (const GoldenCase& golden : golden_cases()) {
    if (!golden.ok) continue;
    SCOPED_TRACE(golden.file);
    notes_of(parser.parse(as_bytes(golden.bytes)), notes);
    EXPECT_EQ(static_cast<int>(make_piece(notes, piece)), golden.status);
    if (golden.status != 0) continue;
    EXPECT_EQ(numbers(piece.events), golden.events);
    EXPECT_EQ(piece.truncations, golden.truncations);
  }
}

TEST(GoldenTokens, CasesGiveTheSameInterarrivalTokensAsTheReference) {
  MidiParser parser;
  InterarrivalTokens made;
  for (const GoldenCase& golden : golden_cases()) {
    if (!golden.ok) continue;
    SCOPED_TRACE(golden.file);
    made.begin();
    made.add(parser.parse(as_bytes(golden.bytes)).messages);
    const std::span<const Token> tokens = made.tokens();
    EXPECT_EQ(made.truncations(), golden.interarrival_truncations);
    EXPECT_EQ(std::vector<int>(tokens.begin(), tokens.end()), golden.interarrival);
  }
}

}  // namespace
}  // namespace amt::test
