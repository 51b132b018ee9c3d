// Tests ticks beyond 32 and 64 bits. Expected values were recorded from mido 1.2.10.
#include <gtest/gtest.h>

#include "amt/midi/compound.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "midi_bytes.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

std::string parse_to_text(const std::string& file) {
  MidiParser parser;
  std::vector<Note> notes;
  notes_of(parser.parse(as_bytes(file)), notes);
  return compound_text(notes);
}

std::string one_track(const std::string& events, int division = 1) {
  return header(1, division) + track(events);
}

const std::string kTempoZero = raw({0, 0xFF, 0x51, 3, 0, 0, 0});

TEST(WideTicks, TheLastTickOf32BitsAndTheFirstOf33) {
  const std::string edge = note_on(raw({0x8F, 0xFF, 0xFF, 0xFF, 0x7F}), 60);  // 2^32 - 1
  EXPECT_EQ(parse_to_text(one_track(edge)), "214748364750 -1 60 0 64");
  EXPECT_EQ(parse_to_text(one_track(edge + note_on(raw({1}), 61))),
            "214748364750 -1 60 0 64 214748364800 -1 61 0 64");
}

TEST(WideTicks, TicksOfTwoTracksAreComparedExactly) {
  // At 480 ticks per beat, 2^90 and 2^90 + 96 ticks are 0.1 s apart. Seconds as doubles cannot
  // resolve that difference, but the order of the events depends on it; events at the same tick are
  // in order of tracks.
  const std::string later = track(note_on(power_of_two(90, 96), 60));
  const std::string sooner = track(note_on(power_of_two(90), 61) + note_on(raw({0}), 63));
  const std::string tick = "128952087425560451028615168 -1 ";
  EXPECT_EQ(parse_to_text(header(2, 480) + later + sooner),
            tick + "61 0 64 " + tick + "63 0 64 " + tick + "60 0 64");
  const std::string same = track(note_on(power_of_two(90), 60));
  EXPECT_EQ(parse_to_text(header(2, 480) + same + sooner),
            tick + "60 0 64 " + tick + "61 0 64 " + tick + "63 0 64");
}

TEST(WideTicks, SumsCarryAcrossAllWords) {
  const std::string ones = raw({0x83}) + std::string(17, '\xFF') + raw({0x7F});  // 2^128 - 1
  const std::string file = header(2, 1) + track(note_on(ones, 60) + note_on(raw({1}), 61)) +
                           track(note_on(power_of_two(128), 62));
  MidiParser parser;
  const Playback& playback = parser.parse(as_bytes(file));
  ASSERT_EQ(playback.messages.size(), 3u);
  EXPECT_EQ(playback.messages[0].pitch, 60);
  EXPECT_EQ(playback.messages[1].pitch, 61);
  EXPECT_EQ(playback.messages[1].wait, 0.5);
  EXPECT_EQ(playback.messages[2].wait, 0);
}

TEST(WideTicks, DifferencesAreExact) {
  // The second note follows 96 ticks after the first, although both ticks are the same double.
  const std::string file = header(2, 480) + track(note_on(power_of_two(90), 60)) +
                           track(note_on(power_of_two(90, 96), 61));
  MidiParser parser;
  const Playback& playback = parser.parse(as_bytes(file));
  ASSERT_EQ(playback.messages.size(), 2u);
  EXPECT_EQ(playback.messages[1].wait, 96 * (500000 * 1e-6 / 480));
}

TEST(WideTicks, RoundToTheNearestTiesToEven) {
  const auto ticks = [](const std::string& delta) {
    return parse_to_text(one_track(note_on(delta, 60)));
  };
  // 2^64 + 2^11 is half-way between two doubles, of which the lower is even; so is 3 * 2^63 + 2^11,
  // but there the higher one is even.
  EXPECT_EQ(ticks(raw({0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x90, 0x00})),
            "922337203685477580800 -1 60 0 64");
  EXPECT_EQ(ticks(raw({0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x90, 0x01})),
            "922337203685477842944 -1 60 0 64");
}

TEST(WideTicks, TheLargestDoubleIsAcceptedAndTheNextValueRejected) {
  // 2^1024 - 2^970 - 1 rounds to the largest double, 2^1024 - 2^970 overflows. With tempo 0 the
  // time stays 0.
  std::string largest = raw({0x83});  // 1024 = 146 * 7 + 2
  for (int bit = 1021; bit >= 0; bit -= 7) {
    int group = 0;
    for (int i = 0; i < 7; ++i) group |= (bit - i != 970 ? 1 : 0) << (6 - i);
    largest += static_cast<char>(group | (bit > 6 ? 0x80 : 0));
  }
  EXPECT_EQ(parse_to_text(one_track(kTempoZero + note_on(largest, 60))), "0 -1 60 0 64");
  EXPECT_THROW(parse_to_text(one_track(kTempoZero + note_on(power_of_two(1024), 60))), MidiError);
}

TEST(WideTicks, SumsBeyondADoubleAreAcceptedIfEachStepFits) {
  const std::string steps = kTempoZero + note_on(power_of_two(1023), 60) +
                            note_on(power_of_two(1023), 61) + note_on(power_of_two(1023), 62);
  EXPECT_EQ(parse_to_text(one_track(steps)), "0 -1 60 0 64 0 -1 61 0 64 0 -1 62 0 64");
}

TEST(WideTicks, InfiniteSecondsCauseRejectionOnlyIfANoteIsRounded) {
  EXPECT_THROW(parse_to_text(one_track(note_on(power_of_two(1023), 60))), MidiError);
  const std::string late_off = note_on(raw({0}), 60) + power_of_two(1022) + raw({0x80, 61, 0});
  EXPECT_EQ(parse_to_text(one_track(late_off)), "0 -1 60 0 64");
}

TEST(WideTicks, FinalEndOfTrackCounts) {
  const auto file = [](int exponent) {
    return header(2, 480) + track(note_on(raw({1}), 60)) +
           track(power_of_two(exponent) + raw({0xFF, 0x2F, 0}));
  };
  EXPECT_EQ(parse_to_text(file(100)), "0 -1 60 0 64");
  EXPECT_THROW(parse_to_text(file(1024)), MidiError);
}

}  // namespace
}  // namespace amt::test
