// A zip archive gives the same corpus as the folder that it unpacks to, and its headers are not
// trusted.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "archive_fixture.hpp"
#include "support/zip_builder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class ZipArchive : public ArchiveFixture {
 protected:
  fs::path archive() const { return root() / "t.zip"; }

  std::string failure_with(const std::string& bytes) const {
    test::write_bytes(archive(), bytes);
    return failure_of_all();
  }

  /// Lists, hashes and reads everything; returns the message of the CorpusError, or "" if there is
  /// none.
  std::string failure_of_all() const {
    return failure_of(archive(), [this] { contents(list(archive()), 0); });
  }

  static test::ZipBuilder songs() {
    test::ZipBuilder zip;
    return zip.deflated("a.mid", std::string(700, 'a') + "b")
        .stored("b.mid", "some bytes")
        .deflated(std::string(32, 'c') + ".mid", std::string(70'000, 'c'));
  }
};

TEST_F(ZipArchive, GivesTheSameCorpusAsTheFolder) {
  const fs::path tree = root() / "tree";
  const auto put = [&](const std::string& path, const std::string& content) {
    fs::create_directories((tree / path).parent_path());
    std::ofstream(tree / path) << content;
  };
  put("a/one.mid", "1");
  put("z/copy of one.mid", "1");
  put("a/three.MID", "3");
  put(".hidden/four.mid", "4");
  put("empty.mid", "");
  put("d41d8cd98f00b204e9800998ecf8427f.mid", "named");
  put("na\xefve/\xc3\xa9t\xc3\xa9.mid", "summer");
  put(std::string(200, 'm') + ".mid", std::string(200'000, 'l'));
  fs::create_symlink("../a/one.mid", tree / "z" / "link.mid");
  fs::create_symlink("nowhere.mid", tree / "dangling.mid");
  fs::create_directory_symlink("../a", tree / "z" / "second way");
  test::ZipBuilder().tree(tree).write(archive());
  EXPECT_EQ(list_files(archive()).source.kind, SourceKind::kZip);
  for (const int ranks : {1, 3}) {
    const Corpus a = list(tree, ranks), b = list(archive(), ranks);
    ASSERT_EQ(a.files.size(), 5u);
    ASSERT_EQ(b.files.size(), a.files.size());
    for (std::size_t i = 0; i < a.files.size(); ++i) {
      EXPECT_EQ(a.files[i].path, b.files[i].path);
      EXPECT_EQ(a.files[i].md5, b.files[i].md5);
    }
    EXPECT_EQ(a.digest(), b.digest());
    EXPECT_EQ(a.duplicates, b.duplicates);
    EXPECT_EQ(a.passed_over, b.passed_over);
    ASSERT_EQ(b.unreadable.size(), 1u);
    EXPECT_EQ(a.unreadable[0].reason, b.unreadable[0].reason);
    for (const std::uint64_t memory : {0, 2000, 1 << 20}) {
      EXPECT_EQ(contents(a, 0), contents(b, memory)) << memory;
    }
  }
}

TEST_F(ZipArchive, AcceptsUnusualNames) {
  test::ZipBuilder zip;
  zip.stored("./a//b.mid", "1")
      .stored("/absolute.mid", "2")
      .stored("../escape.mid", "3")
      .stored("x/../../escape.mid", "4")
      .stored("na\xefve.mid", "5")
      .stored("\xc3\xa9.mid", "6", {.utf8 = true})
      .folder("f.mid")
      .stored("twice.mid", "old")
      .stored("twice.mid", "newer");
  zip.write(archive());
  const Listing listing = list_files(archive());
  std::vector<std::string> paths;
  for (const CorpusFile& file : listing.files) paths.push_back(file.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"a/b.mid", "absolute.mid", "na\xefve.mid", "twice.mid",
                                             "\xc3\xa9.mid"}));
  EXPECT_EQ(listing.files[3].bytes, 5u);
  EXPECT_EQ(listing.rejected.size(), 2u);
}

TEST_F(ZipArchive, Zip64SizesAreRead) {
  test::ZipBuilder()
      .deflated("a.mid", std::string(5000, 'a'), {.zip64 = true})
      .stored("b.mid", "b", {.zip64 = true})
      .write(archive());
  std::vector<std::string> all = contents(list(archive()), 0);
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<std::string>{std::string(5000, 'a'), "b"}));
}

TEST_F(ZipArchive, EncryptedMembersAreReported) {
  test::ZipBuilder().stored("a.mid", "x", {.encrypted = true}).write(archive());
  EXPECT_TRUE(test::says(failure(archive()), {"a.mid"}));
  test::ZipBuilder()
      .stored("a.txt", "x", {.encrypted = true})
      .stored("b.mid", "x")
      .write(archive());
  EXPECT_EQ(failure(archive()), "");
}

TEST_F(ZipArchive, WrongChecksumsAndSizesAreDamage) {
  const std::string song(3000, 's');
  for (const std::string name : {"a.mid", "0123456789abcdef0123456789abcdef.mid"}) {
    for (const test::ZipLies lies : {test::ZipLies{.crc = 1}, {.bytes = 10}, {.bytes = 300'000}}) {
      test::ZipBuilder().deflated(name, song, lies).write(archive());
      EXPECT_TRUE(test::says(failure_of_all(), {name}));
    }
    test::ZipBuilder().stored(name, song, {.crc = 1}).write(archive());
    EXPECT_NE(failure_of_all(), "");
  }
}

TEST_F(ZipArchive, ABombIsNotUnpacked) {
  // 300 MB of zeros with their true size, and 20 MB with a stated size of 1 KB.
  test::ZipBuilder zip;
  zip.stored("song.mid", "x").deflated("large.mid", std::string(kLargestFile + 1, '\0'));
  zip.write(archive());
  const Corpus corpus = list(archive());
  ASSERT_EQ(corpus.unreadable.size(), 1u);
  EXPECT_EQ(corpus.unreadable[0].path, "large.mid");
  test::ZipBuilder()
      .deflated("small.mid", std::string(20'000'000, '\0'), {.bytes = 1000})
      .write(archive());
  EXPECT_TRUE(test::says(failure_of_all(), {"small.mid"}));
}

TEST_F(ZipArchive, TruncatedAnywhere) {
  const std::string zip = songs().finished();
  ASSERT_EQ(failure_with(zip), "");
  for (std::size_t size = 4; size < zip.size(); size += 7) {
    EXPECT_NE(failure_with(zip.substr(0, size)), "") << size;
  }
}

TEST_F(ZipArchive, AnyChangedByteIsReadOrRefused) {
  const std::string zip = songs().finished();
  for (std::size_t byte = 4; byte < zip.size(); ++byte) {
    std::string bad = zip;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << byte % 8));
    failure_with(bad);  // for the sanitizers: must not crash, and must give one line
  }
}

TEST_F(ZipArchive, AChangeWhileReadingEndsTheJob) {
  for (const bool shorter : {false, true}) {
    songs().write(archive());
    const Corpus corpus = list(archive());
    const auto reader = open_reader(corpus.source, order_of(corpus), 0);
    reader->read(corpus.files[0]);
    if (shorter) {
      fs::resize_file(archive(), 300);
    } else {
      songs().stored("d.mid", "more").write(archive());
    }
    EXPECT_NE(failure_of(archive(), [&] { reader->read(corpus.files[1]); }), "");
  }
}

TEST_F(ZipArchive, OtherArchiveFormatsAreReported) {
  const std::vector<std::pair<std::string, std::string>> others = {
      {"7z\xbc\xaf\x27\x1c", "7z"},
      {"Rar!\x1a\x07\x01", "rar"},
      {std::string("\xfd") + "7zXZ", "xz"},
      {"\x28\xb5\x2f\xfd", "zstd"},
      {"BZh91AY", "bzip2"}};
  for (const auto& [magic, name] : others) {
    test::write_bytes(archive(), magic + std::string(100, 'x'));
    EXPECT_TRUE(test::says(failure(archive()), {name}));
  }
}

TEST_F(ZipArchive, AnArchiveWithoutMembersIsReported) {
  test::ZipBuilder().write(archive());
  EXPECT_NE(failure(archive()), "");
}

}  // namespace
}  // namespace amt
