// The memory that a file needs is estimated before it is parsed, and must not be underestimated.
#include "src/prepare/file_memory.hpp"

#include <gtest/gtest.h>

#include "midi/counted_memory.hpp"
#include "src/prepare/tokenise.hpp"
#include "support/tar_builder.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string track(const std::string& status, const std::string& event, int times) {
  std::string body = std::string("\0", 1) + status;
  for (int i = 0; i < times; ++i) body += (i == 0 ? event.substr(1) : event);
  body += std::string("\1\xff\x2f\0", 4);
  return "MTrk" + number(body.size(), 4) + body;
}

std::string midi(const std::vector<std::string>& tracks) {
  std::string file =
      "MThd" + number(6, 4) + number(1, 2) + number(tracks.size(), 2) + number(480, 2);
  for (const std::string& bytes : tracks) file += bytes;
  return file;
}

constexpr int kTimes = 100'000;

/// Returns files with notes that never end, notes that end, notes in two tracks, and no notes.
std::vector<std::string> contents() {
  const std::string ons = track("\x90", "\1\x3c\x40", kTimes);
  const std::string pairs = track("\x90", std::string("\1\x3c\x40\1\x3c\0", 6), kTimes);
  return {midi({ons}), midi({pairs}), midi({ons, pairs}), midi({track("\xc0", "\1\2", kTimes)})};
}

TEST(FileMemory, TheEstimateIsNotBelowActualUse) {
  for (const bool interarrival : {false, true}) {
    PrepareOptions options;
    options.interarrival = interarrival;
    for (const std::string& file : contents()) {
      const auto bytes = std::as_bytes(std::span(file));
      const MidiCounts counts = count_messages(bytes);
      const std::uint64_t need = memory_of_file(file.size(), counts, options);
      EXPECT_LE(need, memory_of_file(file.size(), options));
      const std::size_t before = test::restart_memory_peak();
      UnitTokenizer tokenizer(options.encoding(), interarrival ? 1 : 10, [](const Row&) {});
      tokenizer.begin_file(&counts);
      MidiParser().parse(bytes,
                         [&](std::span<const NoteMessage> some) { tokenizer.add_messages(some); });
      tokenizer.end_file();
      // The parser reserves space for messages of two bytes; if messages are longer, part of it is
      // never touched.
      const std::uint64_t untouched = 8 * (file.size() / 2 + 1 - counts.messages);
      EXPECT_LE(file.size() + test::memory_peak() - before - untouched, need);
      EXPECT_GE(file.size() + test::memory_peak() - before, need / 2);
    }
  }
}

TEST(FileMemory, CountsTracksMessagesAndNotes) {
  const MidiCounts counts = count_messages(std::as_bytes(std::span(contents()[2])));
  EXPECT_EQ(counts.tracks, 2u);
  EXPECT_EQ(counts.notes, 3u * kTimes);
  EXPECT_EQ(counts.note_ons, 2u * kTimes);
  EXPECT_EQ(counts.messages, 3u * kTimes + 2);
  EXPECT_THROW(count_messages(std::as_bytes(std::span("MThd"))), MidiError);
}

TEST(FileMemory, TheReasonSuggestsASufficientLimit) {
  const std::uint64_t memory = std::uint64_t{16} << 20, need = most_for_a_file(memory);
  EXPECT_EQ(too_large_reason(need + (8 << 20)),
            "needs more memory than --memory allows (about 96.0 MiB: give --memory 33MB)");
  EXPECT_GE(most_for_a_file(std::uint64_t{33} << 20), need + (8 << 20));
}

class LargeFile : public testing::Test {
 protected:
  void SetUp() override {
    // 9 MB of notes that never end: 43 bytes per note.
    const std::string file = midi({track("\x90", "\1\x3c\x40", 3'000'000)});
    test::write_bytes(folder_.path() / (std::string(32, 'a') + ".mid"), file);
    test::write_bytes(folder_.path() / (std::string(31, 'a') + "b.mid"), "none");
  }

  UnitResult read(std::uint64_t most) {
    const Listing listing = list_files(folder_.path());
    const Corpus corpus = assemble_corpus(listing, {hash_share(listing, 0, 1)});
    const auto input = open_reader(corpus.source, {}, 0);
    const PrepareOptions options{};
    UnitReader reader(
        corpus, *input, options, [](const Unit&, std::uint32_t, const Row&) {},
        [](std::uint64_t, std::uint64_t) {}, most,
        [&](std::uint64_t bytes) { rooms_.push_back(bytes); });
    const std::size_t before = test::restart_memory_peak();
    const UnitResult result = reader.read(make_units(corpus, 1, SplitRule())[10], rejections_);
    peak_ = test::memory_peak() - before;
    return result;
  }

  test::TemporaryFolder folder_;
  std::vector<Rejection> rejections_;
  std::vector<std::uint64_t> rooms_;
  std::size_t peak_ = 0;
};

TEST_F(LargeFile, IsRejectedBeforeItIsParsed) {
  EXPECT_EQ(read(kFileMemory).rejected, 2u);
  ASSERT_EQ(rejections_.size(), 2u);
  EXPECT_EQ(rejections_[0].path, std::string(32, 'a') + ".mid");
  EXPECT_TRUE(rejections_[0].reason.starts_with(kTooLarge)) << rejections_[0].reason;
  EXPECT_TRUE(rooms_.empty());
  EXPECT_LT(peak_, 10u << 20);  // little more than the file itself
}

TEST_F(LargeFile, RowsAreSpilledToMakeRoom) {
  EXPECT_EQ(read(kFileMemory + (64 << 20)).rejected, 1u);
  ASSERT_EQ(rooms_.size(), 2u);
  EXPECT_GT(rooms_[0], 0u);
  EXPECT_EQ(rooms_[1], 0u);
  EXPECT_LE(peak_, kFileMemory + rooms_[0] +
                       (12 << 20));  // plus reserved space that the parser never touches
}

}  // namespace
}  // namespace amt
