#include "src/tokens/packer.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

constexpr std::size_t kTriples = 341;

Event note_at(std::uint32_t time) { return {time, kDurationOffset + 10, kNoteOffset + 60}; }

std::vector<Event> notes_at(std::size_t count, std::uint32_t time) {
  return std::vector<Event>(count, note_at(time));
}

class RowPackerTest : public testing::Test {
 protected:
  std::vector<Row> rows;
  RowPacker packer{[this](const Row& row) { rows.push_back(row); }};

  int token(std::size_t row, std::size_t triple, std::size_t field) const {
    return rows.at(row).at(1 + 3 * triple + field);
  }
};

TEST_F(RowPackerTest, ARowIsAFlagASeparatorAndTriples) {
  packer.add(notes_at(kTriples - 2, 7), false);
  EXPECT_TRUE(rows.empty());
  packer.add(notes_at(0, 0), false);  // the separator of this piece completes the row
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], kAutoregress);
  for (const std::size_t field : {0u, 1u, 2u}) {
    EXPECT_EQ(token(0, 0, field), kSeparator);
    EXPECT_EQ(token(0, kTriples - 1, field), kSeparator);
  }
  EXPECT_EQ(token(0, 1, 0), 7);  // times after a separator are unchanged
  EXPECT_EQ(token(0, 1, 1), 10010);
  EXPECT_EQ(token(0, 1, 2), 11060);
  EXPECT_EQ(packer.rows(), 1u);
}

TEST_F(RowPackerTest, TimesAreRelativeUpToTheFirstSeparator) {
  packer.add(notes_at(kTriples - 1, 0), false);  // a complete row
  std::vector<Event> piece = notes_at(10, 2500);
  piece[3] = as_control(note_at(2600));
  piece[5] = as_control(note_at(2400));  // the smallest time, because controls count as well
  packer.add({}, false);                 // adds only a separator
  packer.add(piece, false);
  packer.add(notes_at(2 * kTriples, 2500), false);
  ASSERT_GE(rows.size(), 3u);
  EXPECT_EQ(token(1, 2, 0), 2500);  // row 1 begins with a separator, so nothing is subtracted
  EXPECT_EQ(token(1, 5, 0), kControlOffset + 2600);
  EXPECT_EQ(token(2, 0, 0), 0);  // row 2 has no separator
}

TEST_F(RowPackerTest, ControlsCanDetermineTheStart) {
  std::vector<Event> piece = notes_at(2 * kTriples - 1, 2500);
  piece[kTriples + 3] = as_control(note_at(2400));
  packer.add(piece, true);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1][0], kAnticipate);
  EXPECT_EQ(token(1, 0, 0), 100);
  EXPECT_EQ(token(1, 4, 0), kControlOffset);
  EXPECT_EQ(token(1, 4, 1), kControlOffset + 10010);
  EXPECT_EQ(token(1, 4, 2), kControlOffset + 11060);
}

TEST_F(RowPackerTest, RowsOverAHundredSecondsAreDiscarded) {
  std::vector<Event> piece = notes_at(3 * kTriples - 1, 20000);
  for (std::size_t i = 0; i + 1 < kTriples; ++i)
    piece[i].time = 9999;                // follows a separator, so it is unchanged
  piece[2 * kTriples - 2].time = 30000;  // 10000 above the others
  piece[3 * kTriples - 2].time = 29999;
  packer.add(piece, false);
  EXPECT_EQ(rows.size(), 2u);
  EXPECT_EQ(packer.discarded(), 1u);
  EXPECT_EQ(token(0, 1, 0), 9999);
  EXPECT_EQ(token(1, kTriples - 1, 0), 9999);
}

TEST_F(RowPackerTest, LargeTimesAfterASeparatorDiscardTheRow) {
  packer.add(notes_at(kTriples - 1, 10000), false);
  EXPECT_EQ(packer.discarded(), 1u);
  EXPECT_TRUE(rows.empty());
}

// A row has the flag of the last piece that was added before the previous row was written.
TEST_F(RowPackerTest, TheFlagIsFixedWhenThePreviousRowIsWritten) {
  packer.add(notes_at(kTriples + 9, 0), false);
  packer.add(notes_at(kTriples, 0), true);
  packer.add(notes_at(kTriples, 0), true);
  ASSERT_GE(rows.size(), 3u);
  EXPECT_EQ(rows[0][0], kAutoregress);
  EXPECT_EQ(rows[1][0], kAutoregress);  // the buffer was not empty when the second piece arrived
  EXPECT_EQ(rows[2][0], kAnticipate);
}

TEST_F(RowPackerTest, TheFlagIsThatOfTheNextPieceIfTheBufferIsEmpty) {
  packer.add(notes_at(kTriples - 1, 0), false);
  packer.add(notes_at(kTriples - 1, 0), true);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1][0], kAnticipate);
}

TEST_F(RowPackerTest, TheFlagIsKeptAfterADiscardedRow) {
  packer.add(notes_at(kTriples, 0), false);  // one triple remains in the buffer
  std::vector<Event> piece = notes_at(2 * kTriples, 0);
  piece[0].time = 10000;  // the first row is discarded, the second is not
  packer.add(piece, true);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(packer.discarded(), 1u);
  EXPECT_EQ(rows[1][0], kAutoregress);
}

}  // namespace
}  // namespace amt
