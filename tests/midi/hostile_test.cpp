// Malicious files must cause no crash or hang, and need memory only in proportion to their size.
#include <gtest/gtest.h>

#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "counted_memory.hpp"
#include "midi_bytes.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

constexpr std::size_t kMega = 1'000'000;

struct Outcome {
  bool accepted;
  std::size_t notes;
  std::size_t memory;  ///< peak of allocated bytes
};

Outcome parse(const std::string& file) {
  const std::size_t before = restart_memory_peak();
  Outcome outcome{false, 0, 0};
  {
    MidiParser parser;
    std::vector<Note> notes;
    try {
      notes_of(parser.parse(as_bytes(file)), notes);
      outcome.accepted = true;
    } catch (const MidiError&) {
    }
    outcome.notes = notes.size();
  }
  outcome.memory = memory_peak() - before;
  return outcome;
}

std::string repeat(const std::string& piece, std::size_t bytes) {
  std::string out;
  while (out.size() + piece.size() <= bytes) out += piece;
  return out;
}

TEST(Hostile, AnnouncedSizesAreNotTrusted) {
  constexpr std::size_t kLittle = 20'000;
  EXPECT_LT(parse(header(32767, 480) + "MTrk\0\0").memory, kLittle);
  EXPECT_LT(parse(header(32767, 480) + "MTrk" + big_endian(0xFFFFFFFF, 4)).memory, kLittle);
  EXPECT_LT(parse("MThd" + big_endian(0xFFFFFFFF, 4)).memory, kLittle);
  const std::string long_meta =
      raw({0, 0xFF, 1, 0xBD, 0x84, 0x40});  // 1,000,000 bytes that do not exist
  EXPECT_LT(parse(header(1, 480) + track(long_meta)).memory, kLittle);
  EXPECT_FALSE(parse(header(1, 480) + track(long_meta)).accepted);
}

TEST(Hostile, ManyEmptyTracks) {
  const Outcome outcome = parse(header(32767, 480) + repeat(track(""), 32767 * 8));
  EXPECT_TRUE(outcome.accepted);
  EXPECT_LT(outcome.memory, 32767 * 8 * 30);
}

TEST(Hostile, VariableLengthQuantitiesOfAMegabyte) {
  const std::string zeros(kMega, '\x80'), ones(kMega, '\xFF');
  EXPECT_TRUE(parse(header(1, 480) + track(note_on(zeros + raw({5}), 60))).accepted);
  EXPECT_FALSE(parse(header(1, 480) + track(note_on(ones + raw({5}), 60))).accepted);
  EXPECT_TRUE(parse(header(1, 480) + track(raw({0, 0xFF, 1}) + zeros + raw({0}))).accepted);
  EXPECT_FALSE(parse(header(1, 480) + track(raw({0, 0xFF, 1}) + ones + raw({0}))).accepted);
}

TEST(Hostile, LengthsBeyond64BitsDoNotWrapAround) {
  for (const int exponent : {20, 32, 63, 64, 70}) {
    EXPECT_FALSE(
        parse(header(1, 480) + track(raw({0, 0xFF, 1}) + power_of_two(exponent))).accepted);
    EXPECT_FALSE(parse(header(1, 480) + track(raw({0, 0xF0}) + power_of_two(exponent))).accepted);
  }
}

TEST(Hostile, ManyNotesNeedMemoryInProportion) {
  for (const char* first : {"narrow", "wide"}) {
    const std::string delta = first == std::string("wide") ? power_of_two(900) : raw({0});
    const std::string tempo_zero = raw({0, 0xFF, 0x51, 3, 0, 0, 0});
    const std::string events = tempo_zero + note_on(delta, 60) + repeat(raw({0, 60, 64}), kMega);
    const Outcome outcome = parse(header(1, 480) + track(events));
    EXPECT_TRUE(outcome.accepted) << first;
    EXPECT_GT(outcome.notes, kMega / 3 - 10);
    EXPECT_LT(outcome.memory, 60 * events.size()) << first;
  }
}

// One pitch is started 150,000 times in each of two programs and ended as often. A linear search
// for the note that each note-off ends would take 10^10 steps.
TEST(Hostile, ManyEqualNotesInTwoPrograms) {
  const std::string on = repeat(raw({1, 60, 64}), 450'000), off = repeat(raw({1, 60, 0}), 450'000);
  const std::string events = raw({0, 0xC0, 1, 0, 0x90, 60, 64}) + on + raw({0, 0xC0, 2}) +
                             raw({0, 0x90, 60, 64}) + on + off;
  const Outcome outcome = parse(header(1, 480) + track(events));
  EXPECT_TRUE(outcome.accepted);
  EXPECT_EQ(outcome.notes, 300'002u);
}

TEST(Hostile, EveryProgramOnEveryChannel) {
  std::string events;
  for (int channel = 0; channel < 16; ++channel) {
    for (int program = 0; program < 128; ++program) {
      events += raw({0, 0xC0 | channel, program, 0, 0x90 | channel, 60, 64});
    }
  }
  const Outcome outcome = parse(header(1, 480) + track(events));
  EXPECT_EQ(outcome.notes, 2048u);
  EXPECT_LT(outcome.memory,
            8 * kMega);  // 1 KB for each of 1921 queues, the most that a file can need
}

TEST(Hostile, ManyTracksWithTicksBeyond32Bits) {
  const std::string one = track(note_on(power_of_two(40), 60));
  const Outcome outcome = parse(header(3000, 480) + repeat(one, 3000 * one.size()));
  EXPECT_TRUE(outcome.accepted);
  EXPECT_EQ(outcome.notes, 3000u);
  EXPECT_LT(outcome.memory, 60 * 3000 * one.size());
}

// Parses every prefix of every small golden file, with the buffers left by the previous file.
TEST(Hostile, PrefixesNeverCrash) {
  MidiParser parser;
  for (const GoldenCase& golden : golden_cases()) {
    if (golden.bytes.size() > 3000) continue;
    for (std::size_t size = 0; size < golden.bytes.size(); ++size) {
      // A separate copy allows a sanitizer to detect reads past the end.
      const std::vector<char> prefix(golden.bytes.begin(),
                                     golden.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      try {
        parser.parse(std::as_bytes(std::span(prefix)));
      } catch (const MidiError&) {
      }
    }
  }
}

}  // namespace
}  // namespace amt::test
