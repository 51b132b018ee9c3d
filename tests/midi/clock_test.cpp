// Checks the clock's sums bit by bit. The golden notes alone might not reveal a wrong order of
// additions, because it seldom changes a rounded onset.
#include "src/midi/clock.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "amt/midi/parser.hpp"
#include "midi_bytes.hpp"
#include "support/golden_cases.hpp"

namespace amt::test {
namespace {

constexpr double kScale = 571428 * 1e-6 / 384;

// volatile makes the compiler round each product and each sum separately, whatever its flags.
double plain_sum(const std::vector<double>& steps) {
  volatile double time = 0;
  for (const double ticks : steps) {
    volatile double seconds = ticks * kScale;
    time = time + seconds;
  }
  return time;
}

double fused_sum(const std::vector<double>& steps) {
  double time = 0;
  for (const double ticks : steps) time = std::fma(ticks, kScale, time);
  return time;
}

TEST(Clock, ProductAndSumAreRoundedSeparately) {
  std::vector<double> steps;
  for (int i = 0; i < 1000; ++i) steps.push_back(1 + i % 97);
  Clock clock(384);
  clock.set_tempo(571428);
  for (const double ticks : steps) clock.advance(ticks);
  EXPECT_EQ(clock.time(), plain_sum(steps));
  EXPECT_EQ(clock.wait(), plain_sum(steps));
  EXPECT_NE(clock.time(), fused_sum(steps));  // else the test could not tell them apart
}

TEST(Clock, ControlChangesSplitTheSum) {
  std::string events;
  for (int i = 0; i < 1000; ++i) events += raw({7, 0xB0, 7, 100});
  events += note_on(raw({7}), 60);
  const std::string file =
      header(1, 384) + track(raw({0, 0xFF, 0x51, 3, 0x08, 0xB8, 0x24}) + events);
  MidiParser parser;
  const Playback& playback = parser.parse(as_bytes(file));
  ASSERT_EQ(playback.messages.size(), 1u);
  EXPECT_EQ(playback.messages[0].time, plain_sum(std::vector<double>(1001, 7)));
  EXPECT_NE(playback.messages[0].time,
            plain_sum({7007}));  // else the test could not tell them apart
}

TEST(Clock, MicrosecondsAreMultipliedByAMillionthNotDividedByAMillion) {
  Clock clock(384);
  clock.set_tempo(500009);
  clock.advance(1);
  EXPECT_EQ(clock.time(), 500009 * 1e-6 / 384);
  EXPECT_NE(clock.time(), 500009 / 1e6 / 384);  // else the test could not tell them apart
}

TEST(Clock, AdvancingNeedsAValidTicksPerBeat) {
  for (const int division : {0, -25 * 256 + 40, -1}) {
    Clock clock(division);
    EXPECT_NO_THROW(clock.advance(0));
    EXPECT_THROW(clock.advance(1), MidiError);
  }
  Clock frozen(-1);
  frozen.set_tempo(0);
  EXPECT_NO_THROW(frozen.advance(1));
  Clock undefined(0);
  undefined.set_tempo(0);
  EXPECT_THROW(undefined.advance(1), MidiError);
}

// Its ticks are converted like those of any message, although its time is not used.
TEST(Clock, AFinalEndOfTrackCanCauseRejection) {
  const auto file = [](int end) {
    return header(1, 0) + track(note_on(raw({0}), 60) + raw({end, 0xFF, 0x2F, 0}));
  };
  MidiParser parser;
  EXPECT_NO_THROW(parser.parse(as_bytes(file(0))));
  EXPECT_THROW(parser.parse(as_bytes(file(1))), MidiError);
}

}  // namespace
}  // namespace amt::test
