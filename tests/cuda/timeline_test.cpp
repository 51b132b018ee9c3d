#include "timeline.hpp"

#include <gtest/gtest.h>

#include <array>

namespace amt::test {
namespace {

using Use = Timeline::Use;
const std::array<char, 3> kHandles = {};
const void* const kOne = &kHandles[0];
const void* const kTwo = &kHandles[1];
const void* const kEvent = &kHandles[2];

/// Bytes [begin, end) of a fixed piece of memory.
struct Range {
  std::uintptr_t begin, end;
  const void* at() const { return reinterpret_cast<const void*>(begin); }
  std::size_t bytes() const { return end - begin; }
};

void work(Timeline& timeline, const void* stream, const std::string& name, Range range, Use use) {
  timeline.queue(stream, name);
  timeline.touches(stream, range.at(), range.bytes(), use);
}

TEST(Timeline, WorkOnOneStreamIsOrdered) {
  Timeline t;
  work(t, kOne, "a", {10, 20}, Use::kWrites);
  work(t, kOne, "b", {0, 30}, Use::kWrites);
  work(t, kOne, "c", {15, 16}, Use::kReads);
  EXPECT_TRUE(t.races().empty());
}

TEST(Timeline, OnlyEventsOrderTwoStreams) {
  Timeline t;
  work(t, kOne, "a", {10, 20}, Use::kWrites);
  work(t, kTwo, "before", {0, 10}, Use::kReads);
  EXPECT_TRUE(t.races().empty());
  t.record(kEvent, kOne);
  work(t, kOne, "c", {30, 40}, Use::kWrites);
  t.stream_waits(kTwo, kEvent);
  work(t, kTwo, "d", {10, 20}, Use::kWrites);
  EXPECT_TRUE(t.races().empty());
  work(t, kTwo, "e", {39, 50}, Use::kReads);
  const std::vector<std::string> expected = {"read by e, not ordered after the write by c"};
  EXPECT_EQ(t.races(), expected);
  work(t, kOne, "f", {45, 46}, Use::kWrites);
  EXPECT_EQ(t.races().back(), "write by f, not ordered after the read by e");
  work(t, kOne, "g", {5, 6}, Use::kReads);  // no race with "before", because both only read
  EXPECT_EQ(t.races().size(), 2u);
}

TEST(Timeline, AnEventCoversTheWorkBeforeItsRecord) {
  Timeline t;
  t.record(kEvent, kOne);
  work(t, kOne, "a", {0, 8}, Use::kWrites);
  t.stream_waits(kTwo, kEvent);
  work(t, kTwo, "b", {0, 8}, Use::kWrites);
  EXPECT_EQ(t.races().size(), 1u);
}

TEST(Timeline, TheHostIsOrderedAfterWhatItWaitedFor) {
  Timeline t;
  work(t, kOne, "a", {0, 8}, Use::kWrites);
  t.record(kEvent, kOne);
  t.touches(Timeline::kHost, Range{8, 9}.at(), 1, Use::kReads);
  EXPECT_TRUE(t.races().empty());
  t.host_asks_time_of(kEvent);
  t.touches(Timeline::kHost, Range{0, 1}.at(), 1, Use::kReads);
  EXPECT_EQ(t.races().size(), 2u);
  t.host_waits_for_stream(kOne);
  t.host_asks_time_of(kEvent);
  t.touches(Timeline::kHost, Range{1, 8}.at(), 7, Use::kWrites);
  work(t, kTwo, "queued after the host's waits", {0, 8}, Use::kWrites);
  EXPECT_EQ(t.races().size(), 2u);
}

TEST(Timeline, AMissingWaitIsARace) {
  for (const bool left_out : {false, true}) {
    Timeline t;
    if (left_out) t.leave_out({0});
    work(t, kOne, "a", {0, 8}, Use::kWrites);
    t.record(kEvent, kOne);
    t.stream_waits(kTwo, kEvent);
    t.stream_waits(kOne, kEvent);  // adds no order
    work(t, kTwo, "b", {0, 8}, Use::kReads);
    EXPECT_EQ(t.waits().size(), 1u);
    EXPECT_EQ(t.races().size(), left_out ? 1u : 0u);
  }
}

TEST(Timeline, NewMemoryHasNoHistory) {
  Timeline t;
  work(t, kOne, "a", {0, 8}, Use::kWrites);
  t.forget(Range{0, 6}.at(), 6);
  work(t, kTwo, "b", {0, 6}, Use::kWrites);
  EXPECT_TRUE(t.races().empty());
  work(t, kTwo, "c", {6, 8}, Use::kWrites);
  EXPECT_EQ(t.races().size(), 1u);
}

}  // namespace
}  // namespace amt::test
