#include "amt/tokens/anticipate.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

constexpr Token kNote = kNoteOffset + 60;

Event note_at(std::uint32_t time) { return {time, kDurationOffset + 10, kNote}; }
Event rest_at(std::uint32_t time) { return {time, kDurationOffset, kRest}; }
Event control_at(std::uint32_t time) { return as_control(note_at(time)); }

TEST(Pad, AddsRestsInGapsOfMoreThanASecond) {
  std::vector<Event> padded;
  const std::vector<Event> events = {note_at(100), note_at(200), note_at(301)};
  EXPECT_EQ(pad(events, 401, padded), 1u);
  EXPECT_EQ(padded, (std::vector<Event>{note_at(100), note_at(200), rest_at(300), note_at(301)}));
  EXPECT_EQ(pad(events, 402, padded), 2u);
  EXPECT_EQ(padded.back(), rest_at(401));
}

TEST(Pad, StartsAtTimeZeroEvenWithoutEvents) {
  std::vector<Event> padded;
  EXPECT_EQ(pad(std::vector{note_at(101)}, 101, padded), 1u);
  EXPECT_EQ(padded.front(), rest_at(100));
  EXPECT_EQ(pad({}, 300, padded), 2u);
  EXPECT_EQ(padded, (std::vector{rest_at(100), rest_at(200)}));
}

TEST(Anticipate, ControlsComeFiveSecondsAhead) {
  std::vector<Event> out;
  const std::vector<Event> events = {note_at(0), note_at(100), note_at(101), note_at(300)};
  const std::vector<Event> controls = {control_at(500), control_at(600), control_at(601)};
  anticipate(events, controls, out);
  // What counts is the time of the previous event, or 0 at the start.
  EXPECT_EQ(out, (std::vector<Event>{control_at(500), note_at(0), note_at(100), control_at(600),
                                     note_at(101), control_at(601), note_at(300)}));
}

TEST(Anticipate, WithoutControlsEventsAreUnchanged) {
  std::vector<Event> out;
  const std::vector<Event> events = {note_at(0), note_at(100)};
  anticipate(events, {}, out);
  EXPECT_EQ(out, events);
}

TEST(Anticipate, LeftoverControlsAreAnError) {
  std::vector<Event> out;
  EXPECT_THROW(anticipate(std::vector{note_at(0), note_at(1)}, std::vector{control_at(501)}, out),
               Error);
}

}  // namespace
}  // namespace amt
