#include "amt/tokens/unit_tokenizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "amt/midi/midi_error.hpp"
#include "amt/tokens/row_text.hpp"
#include "src/tokens/interarrival.hpp"
#include "support/playback.hpp"

namespace amt {
namespace {

const RowSink kNowhere = [](const Row&) {};

TEST(UnitTokenizer, AnInvalidAugmentIsAUsageError) {
  EXPECT_THROW(UnitTokenizer(kArrival, 0, kNowhere), UsageError);
  EXPECT_THROW(UnitTokenizer(kInterarrival, 2, kNowhere), UsageError);
  EXPECT_NO_THROW(UnitTokenizer(kInterarrival, 1, kNowhere));
}

TEST(UnitTokenizer, CountsFilesMusicAndRows) {
  for (const Encoding* encoding : encodings()) {
    std::uint64_t rows = 0;
    UnitTokenizer tokenizer(*encoding, 1, [&](const Row&) { ++rows; });
    EXPECT_EQ(tokenizer.add(test::playback_of(50)), FileOutcome::kTooShort);
    EXPECT_EQ(tokenizer.add(test::playback_of(20000)), FileOutcome::kTooLong);
    EXPECT_EQ(tokenizer.add(test::playback_of(400)), FileOutcome::kKept);
    EXPECT_EQ(tokenizer.add(test::playback_of(401)), FileOutcome::kKept);
    const TokenStats& stats = tokenizer.stats();
    EXPECT_EQ(stats.too_short, 1u);
    EXPECT_EQ(stats.too_long, 1u);
    EXPECT_EQ(stats.files_kept, 2u);
    EXPECT_NEAR(stats.seconds_of_music, 79.9 + 80.1, 1e-9);
    EXPECT_EQ(stats.sequences, rows);
    // Arrival: triples of 801 notes and two separators. Interarrival: 2 x 801 note tokens, a wait
    // before each except the first ones, and two separators.
    EXPECT_EQ(rows, encoding == &kArrival ? 803u / 341 : 3204u / 1024);
  }
}

TEST(UnitTokenizer, InterarrivalSizeCountsItsTokens) {
  Playback playback = test::playback_of(3);
  playback.messages[1].wait = 0.005;  // half a tick, rounded to even: 0
  playback.messages[2].wait = 0.0051;
  InterarrivalTokens tokens;
  tokens.add(playback.messages);
  EXPECT_EQ(tokens.size(), tokens.tokens().size());
  EXPECT_EQ(tokens.size(), 6u + 4u);
}

TEST(UnitTokenizer, OnlyAWaitAboveTheMaximumIsClippedAndCounted) {
  Playback playback = test::playback_of(3);
  playback.messages[1].wait = (kMaxInterarrival - 1) / 100.0;
  playback.messages[2].wait = kMaxInterarrival / 100.0;
  InterarrivalTokens tokens;
  tokens.add(playback.messages);
  EXPECT_EQ(tokens.truncations(), 1u);
  EXPECT_EQ(std::ranges::count(tokens.tokens(), Token{kMaxInterarrival - 1}), 2);
}

TEST(UnitTokenizer, MessagesCanBeAddedInParts) {
  const Playback playback = test::playback_of(2000);
  const MidiCounts counts = {1, playback.messages.size(), playback.messages.size(),
                             playback.messages.size()};
  for (const Encoding* encoding : encodings()) {
    std::string whole, pieces;
    UnitTokenizer first(*encoding, 1, [&](const Row& row) { append_row_text(row, whole); });
    UnitTokenizer second(*encoding, 1, [&](const Row& row) { append_row_text(row, pieces); });
    for (const MidiCounts* large : {static_cast<const MidiCounts*>(nullptr), &counts}) {
      first.add(playback);
      second.begin_file(large);
      for (std::size_t at = 0; at < playback.messages.size(); at += 300) {
        const std::span<const NoteMessage> left = std::span(playback.messages).subspan(at);
        second.add_messages(left.first(std::min<std::size_t>(300, left.size())));
      }
      second.end_file();
    }
    EXPECT_EQ(whole, pieces);
    EXPECT_EQ(second.last_file().instruments.size(), 1u);
    EXPECT_EQ(first.stats().seconds_of_music, second.stats().seconds_of_music);
  }
}

TEST(UnitTokenizer, ARejectedFileLeavesNoTrace) {
  Playback endless = test::playback_of(200);
  endless.messages.back().wait = std::numeric_limits<double>::infinity();
  for (const Encoding* encoding : encodings()) {
    std::string with, without;
    UnitTokenizer first(*encoding, 1, [&](const Row& row) { append_row_text(row, with); });
    UnitTokenizer second(*encoding, 1, [&](const Row& row) { append_row_text(row, without); });
    endless.messages.back().time =
        encoding == &kArrival ? std::numeric_limits<double>::infinity() : 40;
    EXPECT_THROW(first.add(endless), MidiError);
    for (UnitTokenizer* tokenizer : {&first, &second}) tokenizer->add(test::playback_of(2000));
    EXPECT_FALSE(with.empty());
    EXPECT_EQ(with, without);
    EXPECT_EQ(first.stats().files_kept, 1u);
  }
}

TEST(UnitTokenizer, PiecesWithOneInstrumentAreFlaggedButNotAugmented) {
  std::vector<Row> rows;
  UnitTokenizer tokenizer(kArrival, 10, [&](const Row& row) { rows.push_back(row); });
  tokenizer.add(test::playback_of(2000));
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front()[0], kAutoregress);
  EXPECT_EQ(rows.back()[0], kAnticipate);
  for (const Token token : std::span(rows.back()).subspan(1)) {
    EXPECT_TRUE(token < kControlOffset || token == kSeparator);
  }
}

TEST(TokenStats, CanBeAdded) {
  TokenStats sum{1, 2, 3, 4, 5, 6, 7, 8, 9.5};
  sum += TokenStats{10, 20, 30, 40, 50, 60, 70, 80, 90};
  EXPECT_EQ(sum.sequences, 11u);
  EXPECT_EQ(sum.rests, 22u);
  EXPECT_EQ(sum.too_short, 33u);
  EXPECT_EQ(sum.too_long, 44u);
  EXPECT_EQ(sum.too_many_instruments, 55u);
  EXPECT_EQ(sum.discarded_rows, 66u);
  EXPECT_EQ(sum.truncations, 77u);
  EXPECT_EQ(sum.files_kept, 88u);
  EXPECT_EQ(sum.seconds_of_music, 99.5);
}

TEST(RowText, HasDecimalNumbersSpacesAndANewline) {
  Row row{};
  row[0] = kAnticipate;
  row[1] = 65535;
  row[kContextLength - 1] = 9;
  std::string text = "before\n";
  append_row_text(row, text);
  EXPECT_EQ(text.substr(0, 24), "before\n55027 65535 0 0 0");
  EXPECT_EQ(text.substr(text.size() - 5), " 0 9\n");
  EXPECT_EQ(std::ranges::count(text, ' '), kContextLength - 1);
}

}  // namespace
}  // namespace amt
