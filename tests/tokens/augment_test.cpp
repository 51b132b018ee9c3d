// Tests which events become controls; golden_units_test.cpp compares complete units with the
// reference.
#include "src/tokens/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace amt {
namespace {

/// Returns 1000 events, 50 ticks apart, that cycle through instruments 0, 1, ..., instruments - 1.
Piece piece_of(int instruments) {
  Piece piece;
  for (int i = 0; i < 1000; ++i) {
    piece.events.push_back({static_cast<std::uint32_t>(50 * i), kDurationOffset + 10,
                            static_cast<Token>(kNoteOffset + kPitches * (i % instruments) + 60)});
  }
  for (int i = 0; i < instruments; ++i) piece.instruments.push_back(static_cast<std::uint8_t>(i));
  piece.end_time = piece.events.back().time;
  return piece;
}

/// Returns both parts merged in order of time, with controls turned back into events.
std::vector<Event> joined(const AugmentedPiece& parts) {
  std::vector<Event> all = parts.events;
  for (const Event& control : parts.controls) {
    EXPECT_TRUE(is_control(control));
    all.push_back({control.time, static_cast<Token>(control.duration - kControlOffset),
                   static_cast<Token>(control.note - kControlOffset)});
  }
  std::ranges::sort(all, {}, &Event::time);
  return all;
}

/// Returns the next number of a stream: equal for two streams that have drawn equally often.
double next(NumpyRandom random) { return random.random(); }

TEST(Augment, EachKindKeepsAllEventsAndCreatesControls) {
  const Piece piece = piece_of(4);
  NumpyRandom random(7);
  AugmentedPiece parts;
  for (int k = 0; k < 20; ++k) {
    augment(piece, k, random, parts);
    EXPECT_EQ(joined(parts), piece.events) << k;
    EXPECT_EQ(parts.controls.empty(), k % 10 == 0) << k;
    EXPECT_FALSE(parts.events.empty()) << k;
    EXPECT_EQ(anticipates(k), k % 10 != 0) << k;
  }
}

TEST(Augment, SpansLastFiveSeconds) {
  const Piece piece = piece_of(1);
  NumpyRandom random(0);
  AugmentedPiece parts;
  augment_spans(piece.events, random, parts);
  ASSERT_GT(parts.controls.size(), 20u);
  EXPECT_FALSE(parts.events.empty());
  EXPECT_EQ(parts.events.front().time, 0u);  // the first event ends the span of length zero
  // Each span except the last has ten events, and an event that ends one span can start the next.
  std::size_t run = 0;
  for (std::size_t i = 0; i < parts.controls.size(); ++i) {
    ++run;
    const bool last = i + 1 == parts.controls.size();
    if (last || parts.controls[i + 1].time == parts.controls[i].time + 50) continue;
    EXPECT_EQ(run % 10, 0u) << parts.controls[i].time;
    run = 0;
  }
}

TEST(Augment, AllNotesOfAChosenInstrumentBecomeControls) {
  const Piece piece = piece_of(5);
  NumpyRandom random(3);
  AugmentedPiece parts;
  for (int repeat = 0; repeat < 50; ++repeat) {
    augment_instruments(piece, random, parts);
    std::set<int> kept, taken;
    for (const Event& event : parts.events) kept.insert(instrument_of(event));
    for (const Event& event : parts.controls)
      taken.insert((event.note - kControlOffset - kNoteOffset) / kPitches);
    EXPECT_EQ(kept.size() + taken.size(), 5u);
    EXPECT_FALSE(kept.empty());
    EXPECT_FALSE(taken.empty());
  }
}

TEST(Augment, OneInstrumentDrawsNoRandomNumber) {
  const Piece piece = piece_of(1);
  NumpyRandom random(3);
  const double before = next(random);
  AugmentedPiece parts;
  augment_instruments(piece, random, parts);
  EXPECT_EQ(next(random), before);
  EXPECT_EQ(parts.events, piece.events);
  EXPECT_TRUE(parts.controls.empty());
}

TEST(Augment, RatesAreMultiplesOfATenth) {
  const Piece piece = piece_of(1);
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    NumpyRandom random(seed), same(seed);
    const auto rate = static_cast<double>(same.randint(1, 10)) / 10.0;
    AugmentedPiece parts;
    augment_random(piece.events, random, parts);
    EXPECT_NEAR(static_cast<double>(parts.controls.size()) / 1000, rate, 0.07);
  }
}

}  // namespace
}  // namespace amt
