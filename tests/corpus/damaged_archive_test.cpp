// A damaged archive ends the job with one line that names the archive and where it is damaged.
#include <fmt/core.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

#include "archive_fixture.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class DamagedArchive : public ArchiveFixture {
 protected:
  static test::TarBuilder songs() {
    test::TarBuilder tar;
    std::mt19937 random(1);
    for (const char name : std::string("abc")) {
      std::string noise;
      for (int i = 0; i < 700; ++i) noise += static_cast<char>(random());
      tar.file(fmt::format("{}.mid", name), noise);
    }
    return tar;
  }
  fs::path archive() const { return root() / "t"; }
  std::string failure_with(const std::string& bytes) const {
    test::write_bytes(archive(), bytes);
    return failure(archive());
  }
};

TEST_F(DamagedArchive, TruncatedAnywhere) {
  const std::string tar = songs().finished(), packed = test::gzip(tar);
  // Two empty records end a tar; readers do not check for the second one.
  for (std::size_t size = 0; size + 512 < tar.size(); size += 64) {
    EXPECT_NE(failure_with(tar.substr(0, size)), "") << size;
  }
  EXPECT_EQ(failure_with(packed), "");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_NE(failure_with(packed.substr(0, size)), "") << size;
  }
}

TEST_F(DamagedArchive, TruncatedBeforeCompression) {
  // The result of "tar | gzip" if tar is killed between two members: a valid gzip file.
  EXPECT_TRUE(test::says(failure_with(test::gzip(songs().unfinished())), {"c.mid"}));
}

TEST_F(DamagedArchive, AnyBitOfACompressedArchive) {
  const std::string packed = test::gzip(songs().finished());
  const auto listed = [&] {
    std::string text;
    for (const CorpusFile& file : list(archive()).files) text += file.path + file.md5;
    return text;
  };
  ASSERT_EQ(failure_with(packed), "");
  const std::string good = listed();
  for (std::size_t bit = 0; bit < 8 * packed.size(); bit += 7) {
    std::string bad = packed;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    if (!failure_with(bad).empty()) continue;
    // Some bits do not matter, such as the time in gzip's header, or the distance of a match that
    // also occurs elsewhere.
    EXPECT_EQ(listed(), good);
  }
}

TEST_F(DamagedArchive, AfterTheTarsTrailingZeros) {
  const std::string packed = test::gzip(songs().finished() + std::string(5'000'000, '\0'));
  EXPECT_EQ(failure_with(packed), "");
  EXPECT_NE(failure_with(packed.substr(0, packed.size() - 1)), "");
  std::string bad = packed;
  bad[packed.size() - 6] ^= 1;  // gzip's checksum of the contents
  EXPECT_NE(failure_with(bad), "");
}

TEST_F(DamagedArchive, MutatedHeadersAreRefusedOrRead) {
  // For the sanitizers: libarchive and the tree must either read or refuse any bytes.
  const std::string tar = songs()
                              .pax_name("a/b/c.mid")
                              .file("x.mid", "x")
                              .gnu_long_name("long.mid")
                              .hard_link("y.mid", "a.mid")
                              .symbolic_link("z.mid", "a.mid")
                              .finished();
  std::mt19937 random(7);
  int read = 0;
  for (int i = 0; i < 500; ++i) {
    std::string bad = tar;
    const std::size_t record = random() % (tar.size() / 512) * 512;
    for (int flips = 0; flips < 3; ++flips)
      bad[record + random() % 512] = static_cast<char>(random());
    std::uint64_t sum = 8 * ' ';
    for (std::size_t at = 0; at < 512; ++at) {
      if (at < 148 || at >= 156) sum += static_cast<unsigned char>(bad[record + at]);
    }
    char checksum[8];
    std::snprintf(checksum, sizeof(checksum), "%06o", static_cast<unsigned>(sum));
    if (i % 2 == 0)
      bad.replace(record + 148, 7, checksum, 7);  // a valid checksum, so the damage is not obvious
    if (failure_with(bad).empty()) read += contents(list(archive()), 0).size() > 0;
  }
  EXPECT_GT(read, 50);
  EXPECT_LT(read, 450);
}

TEST_F(DamagedArchive, AnyPartOfATarHeader) {
  const std::string tar = songs().finished();
  for (const std::size_t byte : {3u, 130u, 1536u, 1536u + 126u, 3072u + 156u}) {
    std::string bad = tar;
    bad[byte] = static_cast<char>(bad[byte] ^ 1);
    EXPECT_NE(failure_with(bad), "") << byte;
  }
}

// Reading further would exceed this test's time limit.
TEST_F(DamagedArchive, ATarIsNotReadPastItsEnd) {
  EXPECT_EQ(failure_with(songs().finished()), "");
  fs::resize_file(archive(), std::uintmax_t{1} << 40);
  EXPECT_EQ(failure(archive()), "");
  EXPECT_EQ(list(archive()).files.size(), 3u);
  test::write_bytes(archive(), "");
  fs::resize_file(archive(), std::uintmax_t{1} << 40);
  EXPECT_EQ(list(archive()).files.size(), 0u);
}

TEST_F(DamagedArchive, ClaimedTerabytesTakeNoMemory) {
  for (const std::uint64_t bytes : {std::uint64_t{1} << 20, std::uint64_t{8} << 40,
                                    (std::uint64_t{1} << 62) + 5, ~std::uint64_t{0} >> 1}) {
    const std::string tar = songs().claim("big.mid", bytes).finished();
    // libarchive refuses impossible sizes before it returns the member's name, so the error names
    // the previous member.
    const std::string place = bytes > (std::uint64_t{1} << 62) + 5 ? "c.mid" : "big.mid";
    for (const std::string& archive : {tar, test::gzip(tar)}) {
      EXPECT_TRUE(test::says(failure_with(archive), {place}));
    }
  }
}

TEST_F(DamagedArchive, LargeMembersAreRefusedWithoutBeingRead) {
  test::write_bytes(root() / "hole.mid", "");
  fs::resize_file(root() / "hole.mid", kLargestFile + 1);
  test::write_bytes(root() / "song.mid", "x");
  const Corpus corpus = list(root());
  ASSERT_EQ(corpus.unreadable.size(), 1u);
  EXPECT_EQ(corpus.unreadable[0].path, "hole.mid");
  EXPECT_EQ(corpus.files.size(), 1u);
}

TEST_F(DamagedArchive, SparseFilesAreRefused) {
  const fs::path tree = root() / "tree";
  fs::create_directories(tree);
  test::write_bytes(tree / "hole.mid", "");
  fs::resize_file(tree / "hole.mid", 1 << 20);
  for (const std::string format : {"gnu", "pax"}) {
    const std::string command = fmt::format("tar -S --format={} -C {} -cf {} hole.mid", format,
                                            tree.string(), archive().string());
    ASSERT_EQ(std::system(command.c_str()), 0);
    EXPECT_TRUE(test::says(failure(archive()), {"hole.mid"}));
  }
}

TEST_F(DamagedArchive, AFileThatIsNotAnArchive) {
  EXPECT_NE(failure_with(""), "");
  EXPECT_NE(failure_with("MThd and so on"), "");
  EXPECT_TRUE(test::says(failure_with(test::gzip("MThd")), {"gzip"}));
  EXPECT_NE(failure(root() / "missing"), "");
  ASSERT_EQ(::mkfifo((root() / "fifo").c_str(), 0600), 0);
  EXPECT_NE(failure(root() / "fifo"), "");
}

class ChangedArchive : public DamagedArchive, public testing::WithParamInterface<bool> {
 protected:
  void write(const test::TarBuilder& tar) const {
    GetParam() ? tar.write_packed(archive()) : tar.write(archive());
  }
  /// Reads everything, with memory for only one file at a time; returns the error message.
  std::string failure_of_reading(const Corpus& corpus, const std::function<void()>& meanwhile) {
    return failure_of(archive(), [&] {
      const auto reader = open_reader(corpus.source, order_of(corpus), 0);
      reader->read(corpus.files[0]);
      meanwhile();
      reader->read(corpus.files[1]);
      reader->read(corpus.files[2]);
      reader->finish();
    });
  }
};

TEST_P(ChangedArchive, ChangedOrRemovedBeforeReading) {
  write(songs());
  const Corpus corpus = list(archive());
  EXPECT_EQ(failure_of_reading(corpus, [] {}), "");
  write(songs().file("d.mid", "more"));
  EXPECT_NE(failure_of_reading(corpus, [] {}), "");
  fs::remove(archive());
  EXPECT_NE(failure_of_reading(corpus, [] {}), "");
}

TEST_P(ChangedArchive, ModificationTimeChangedByANanosecond) {
  write(songs());
  const Corpus corpus = list(archive());
  fs::last_write_time(archive(), fs::last_write_time(archive()) + std::chrono::nanoseconds(1));
  EXPECT_NE(failure_of_reading(corpus, [] {}), "");
}

TEST_P(ChangedArchive, ReplacedWhileReading) {
  write(songs());
  const Corpus corpus = list(archive());
  EXPECT_NE(failure_of_reading(corpus, [&] { write(songs().file("d.mid", "more")); }), "");
}

TEST_P(ChangedArchive, TruncatedWhileReading) {
  write(songs());
  const Corpus corpus = list(archive());
  EXPECT_NE(failure_of_reading(corpus, [&] { fs::resize_file(archive(), 600); }), "");
}

INSTANTIATE_TEST_SUITE_P(, ChangedArchive, testing::Bool(), [](const auto& parameter) {
  return parameter.param ? "packed" : "plain";
});

}  // namespace
}  // namespace amt
