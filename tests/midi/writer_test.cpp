// Writes notes to a MIDI file and parses the file again.
#include "amt/midi/writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/midi/names.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/random/philox.hpp"
#include "support/golden_cases.hpp"

namespace amt {
namespace {

using Fields = std::tuple<double, double, int, int, int>;

std::vector<Fields> fields_of(const std::vector<Note>& notes) {
  std::vector<Fields> fields;
  for (const Note& n : notes) {
    fields.emplace_back(n.onset, n.duration, n.pitch, n.instrument, n.velocity);
  }
  std::ranges::sort(fields);
  return fields;
}

std::vector<Note> read_back(const std::string& bytes) {
  MidiParser parser;
  std::vector<Note> notes;
  notes_of(parser.parse(test::as_bytes(bytes)), notes);
  return notes;
}

void expect_same_back(const std::vector<Note>& notes) {
  const WrittenMidi written = write_midi(notes);
  EXPECT_EQ(written.altered, 0u);
  EXPECT_EQ(fields_of(read_back(written.bytes)), fields_of(notes));
}

TEST(MidiWriter, NoNotesGiveAnEmptyFile) { EXPECT_TRUE(read_back(write_midi({}).bytes).empty()); }

TEST(MidiWriter, OneNoteGivesExactBytes) {
  const std::vector<Note> notes = {{300, 25, 60, 40, 80}};
  const std::string expected(
      "MThd\0\0\0\6\0\1\0\2\0\x64"
      "MTrk\0\0\0\x0B\0\xFF\x51\x03\x0F\x42\x40\0\xFF\x2F\0"
      "MTrk\0\0\0\x10\x82\x2C\xC0\x28\0\x90\x3C\x50\x19\x80\x3C\0\0\xFF\x2F\0",
      57);
  EXPECT_EQ(write_midi(notes).bytes, expected);
}

TEST(MidiWriter, DrumsUseChannelTen) {
  MidiParser parser;
  const std::string bytes =
      write_midi(std::vector<Note>{{0, 5, 36, 128, 80}, {0, 5, 36, 0, 80}}).bytes;
  int drums = 0;
  for (const NoteMessage& message : parser.parse(test::as_bytes(bytes)).messages) {
    EXPECT_EQ(message.channel == 9, message.instrument == 128);
    drums += message.channel == 9 ? 1 : 0;
  }
  EXPECT_EQ(drums, 2);
}

TEST(MidiWriter, OverlappingNotesOfOnePitchKeepTheirEnds) {
  expect_same_back({{0, 100, 60, 5, 80}, {10, 20, 60, 5, 80}});  // the second within the first
  expect_same_back({{0, 100, 60, 5, 80}, {50, 100, 60, 5, 80}, {100, 50, 60, 5, 80}});
  expect_same_back({{0, 0, 60, 5, 80}, {0, 0, 60, 5, 80}, {0, 7, 60, 5, 80}});
  expect_same_back({{0, 30, 60, 128, 80}, {30, 30, 60, 128, 80}, {60, 0, 60, 128, 80}});
}

TEST(MidiWriter, ProgramsShareTheChannels) {
  std::vector<Note> notes;
  for (int i = 0; i < 129; ++i) {
    const auto instrument = static_cast<std::uint8_t>(i);
    notes.push_back({i * 10.0, 140, 60, instrument, 80});  // 15 sound at a time
    notes.push_back({i * 10.0 + 3, 0, 61, instrument, 80});
  }
  std::ranges::stable_sort(notes, {}, &Note::onset);
  expect_same_back(notes);
}

TEST(MidiWriter, TheSixteenthInstrumentEndsNotesOfAnother) {
  for (const double late : {0.0, 5.0}) {
    std::vector<Note> notes;
    for (std::uint8_t i = 0; i < 15; ++i) notes.push_back({0, 100.0 + i, 60, i, 80});
    notes.push_back({late, 100, 60, 15, 80});
    const WrittenMidi written = write_midi(notes);
    EXPECT_EQ(written.altered, 1u);
    notes[0].duration = late;
    EXPECT_EQ(fields_of(read_back(written.bytes)), fields_of(notes));
  }
}

TEST(MidiWriter, OverlappingDrumNotesAreCounted) {
  const std::vector<Note> notes = {{0, 100, 36, 128, 80}, {10, 20, 36, 128, 80}};
  const WrittenMidi written = write_midi(notes);
  EXPECT_EQ(written.altered, 1u);
  EXPECT_EQ(read_back(written.bytes).size(), 2u);
}

TEST(MidiWriter, RandomMusicRoundTrips) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    std::vector<Note> notes;
    double onset = 0;
    for (std::uint32_t i = 0; i < 400; ++i) {
      const PhiloxBlock draw = philox4x32_10({i, 0, 0, 0}, {seed, 0});
      onset += draw[0] % 40;
      // Drum notes get a fixed short length, because they must not overlap.
      const auto instrument = static_cast<std::uint8_t>(draw[1] % 10 == 9 ? 128 : draw[1] % 10);
      const double duration = instrument == 128 ? 25 : draw[2] % 200;
      notes.push_back(
          {onset, duration, static_cast<std::uint8_t>(60 + draw[3] % 4), instrument, 80});
    }
    expect_same_back(notes);
  }
}

TEST(MidiWriter, NotesThatAFileCannotRepresentAreRefused) {
  EXPECT_THROW(write_midi(std::vector<Note>{{0, kNeverEnded, 60, 0, 80}}), Error);
  EXPECT_THROW(write_midi(std::vector<Note>{{5, 1, 60, 0, 80}, {4, 1, 60, 0, 80}}), Error);
  EXPECT_THROW(write_midi(std::vector<Note>{{1 << 28, 1, 60, 0, 80}}), Error);
  EXPECT_THROW(write_midi(std::vector<Note>{{0, 1, 60, 0, 0}}), Error);
  EXPECT_NO_THROW(write_midi(std::vector<Note>{{(1 << 28) - 2, 1, 60, 0, 80}}));
}

TEST(MidiNames, FollowGeneralMidi) {
  EXPECT_STREQ(instrument_name(0), "Acoustic Grand Piano");
  EXPECT_STREQ(instrument_name(40), "Violin");
  EXPECT_STREQ(instrument_name(73), "Flute");
  EXPECT_STREQ(instrument_name(127), "Gunshot");
  EXPECT_STREQ(instrument_name(128), "Drums");
  EXPECT_THROW(instrument_name(129), Error);
  EXPECT_EQ(pitch_name(60), "C4");
  EXPECT_EQ(pitch_name(69), "A4");
  EXPECT_EQ(pitch_name(0), "C-1");
  EXPECT_EQ(pitch_name(127), "G9");
  EXPECT_THROW(pitch_name(128), Error);
}

}  // namespace
}  // namespace amt
