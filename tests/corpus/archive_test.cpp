// An archive gives the same corpus as the folder that it unpacks to.
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "amt/base/hash.hpp"
#include "archive_fixture.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class ArchiveTest : public ArchiveFixture {
 protected:
  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((root() / "tree" / path).parent_path());
    std::ofstream(root() / "tree" / path) << content;
  }

  /// Creates a tree with every kind of entry that tar can pack.
  void make_tree() const {
    put("a/one.mid", "1");
    put("a/b/two.midi", "two");
    put("z/copy of one.mid", "1");
    put("a/three.MID", "3");
    put("readme.txt", std::string(2000, 'r'));
    put(".hidden/four.mid", "4");
    put("a/.five.mid", "5");
    put("empty.mid", "");
    put("d41d8cd98f00b204e9800998ecf8427f.mid", "named");
    put("folder.mid/six.mid", "6");
    put("0/00112233445566778899aabbccddeeff.mid", "claimed");
    put("1/00112233445566778899aabbccddeeff.mid", "CLAIMED");
    put("2/00112233445566778899aabbccddeeff.mid", "claimed");
    put("na\xefve/\xc3\xa9t\xc3\xa9.mid", "summer");
    put(std::string(150, 'n') + "/" + std::string(200, 'm') + ".mid", std::string(1500, 'l'));
    put("data.bin", "reached by a link only");
    const fs::path tree = root() / "tree";
    fs::create_symlink("../data.bin", tree / "a" / "link.mid");
    fs::create_symlink("a/one.mid", tree / "link to one.mid");
    fs::create_symlink("nowhere.mid", tree / "dangling.mid");
    fs::create_symlink("circle.mid", tree / "circle.mid");
    fs::create_directory_symlink("../../a", tree / "a" / "b" / "loop");
    fs::create_directory_symlink("a/b", tree / "second way");
    fs::create_hard_link(tree / "a" / "b" / "two.midi", tree / "hard.mid");
    fs::create_directories(tree / "nothing");
    ASSERT_EQ(::mkfifo((tree / "pipe.mid").c_str(), 0600), 0);
  }

  fs::path pack(const std::string& options, const std::string& name) const {
    const fs::path path = root() / name;
    const std::string command =
        fmt::format("tar {} -C {} -cf {} .", options, (root() / "tree").string(), path.string());
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  static std::vector<std::string> texts(const std::vector<Rejection>& rejections) {
    std::vector<std::string> all;
    for (const auto& [path, reason] : rejections) all.push_back(path + ": " + reason);
    return all;
  }

  static void expect_same(const fs::path& tree, const fs::path& archive) {
    SCOPED_TRACE(archive.string());
    const Listing expected = list_files(tree), found = list_files(archive);
    EXPECT_EQ(found.problems, expected.problems);
    EXPECT_EQ(found.passed_over, expected.passed_over);
    EXPECT_EQ(texts(found.rejected), texts(expected.rejected));
    for (const int ranks : {1, 3}) {
      const Corpus a = list(tree, ranks), b = list(archive, ranks);
      ASSERT_EQ(a.files.size(), b.files.size());
      for (std::size_t i = 0; i < a.files.size(); ++i) {
        EXPECT_EQ(a.files[i].md5, b.files[i].md5);
        EXPECT_EQ(a.files[i].path, b.files[i].path);
        EXPECT_EQ(a.files[i].bytes, b.files[i].bytes);
      }
      EXPECT_EQ(a.duplicates, b.duplicates);
      EXPECT_EQ(b.clashes.files, 1u);
      EXPECT_EQ(a.clashes.first, b.clashes.first);
      EXPECT_EQ(a.digest(), b.digest());
      for (const std::uint64_t memory : {0, 5, 2000, 1 << 20}) {
        EXPECT_EQ(contents(a, 0), contents(b, memory)) << memory;
      }
    }
  }
};

TEST_F(ArchiveTest, GivesTheSameCorpusAsTheFolder) {
  make_tree();
  ASSERT_EQ(list(root() / "tree").files.size(), 9u);
  ASSERT_EQ(list(root() / "tree").unreadable.size(), 3u);  // two links and the pipe
  for (const std::string format : {"gnu", "pax"}) {
    expect_same(root() / "tree", pack("--format=" + format, format + ".tar"));
    expect_same(root() / "tree", pack("-z --format=" + format, format + ".tar.gz"));
  }
}

TEST_F(ArchiveTest, IsRecognizedByItsBytesNotItsName) {
  test::TarBuilder().file("a.mid", "x").write_packed(root() / "lakh");
  test::TarBuilder().file("a.mid", "x").write(root() / "lakh.gz");
  EXPECT_EQ(list_files(root() / "lakh").source.kind, SourceKind::kPackedTar);
  EXPECT_EQ(list_files(root() / "lakh.gz").source.kind, SourceKind::kTar);
}

TEST_F(ArchiveTest, AcceptsUnusualNames) {
  const std::string length = std::string(200, 'x') + '/' + std::string(200, 'y');
  test::TarBuilder()
      .file("./././a//b.mid", "1")
      .file("/absolute.mid", "2")
      .file("../escape.mid", "3")
      .gnu_long_name(length + "/gnu.mid")
      .file("short.mid", "4")
      .pax_name(length + "/\xc3\xa9.mid")
      .file("short.mid", "5")
      .folder("./")
      .write(root() / "t.tar");
  const Listing listing = list_files(root() / "t.tar");
  ASSERT_EQ(listing.files.size(), 4u);
  EXPECT_EQ(listing.files[0].path, "a/b.mid");
  EXPECT_EQ(listing.files[1].path, "absolute.mid");
  EXPECT_EQ(listing.files[2].path, length + "/gnu.mid");
  EXPECT_EQ(listing.files[3].path, length + "/\xc3\xa9.mid");
  ASSERT_EQ(listing.rejected.size(), 1u);
  EXPECT_EQ(listing.rejected[0].path, "../escape.mid");
}

TEST_F(ArchiveTest, LaterMembersReplaceEarlierOnes) {
  test::TarBuilder()
      .file("a.mid", "old")
      .hard_link("kept.mid", "./a.mid")
      .file("a.mid", "new")
      .file("gone.mid", "x")
      .symbolic_link("gone.mid", "a.mid")
      .folder("f.mid")
      .file("f.mid", "cannot replace a folder")
      .file("a.mid/below.mid", "below a file")
      .hard_link("broken.mid", "later.mid")
      .file("later.mid", "later")
      .write(root() / "t.tar");
  const Listing listing = list_files(root() / "t.tar");
  EXPECT_EQ(listing.rejected.size(), 3u);
  const Corpus corpus = list(root() / "t.tar");
  std::vector<std::string> all = contents(corpus, 0);
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<std::string>{"later", "new", "old"}));
  EXPECT_EQ(corpus.duplicates, 1u);  // gone.mid is a link to a.mid
}

TEST_F(ArchiveTest, LinksStayInTheArchive) {
  std::ofstream(root() / "outside.mid") << "x";
  test::TarBuilder()
      .folder("d")
      .symbolic_link("d/up.mid", "../../e/song.mid")
      .symbolic_link("far.mid", (root() / "outside.mid").string())
      .symbolic_link("near.mid", "/e/song.mid")
      .symbolic_link("d/in.mid", "../e/./../e/song.mid")
      .symbolic_link("other", "d")
      .file("e/song.mid", "song")
      .write(root() / "t.tar");
  const Listing listing = list_files(root() / "t.tar");
  ASSERT_EQ(listing.files.size(), 2u);
  EXPECT_EQ(listing.files[0].path.substr(listing.files[0].path.find('/')), "/song.mid");
  EXPECT_EQ(listing.files[1].path, "other/in.mid");
  EXPECT_EQ(listing.rejected.size(), 3u);
  EXPECT_EQ(listing.problems.size(), 1u);  // d can be reached by two paths
}

TEST_F(ArchiveTest, MemoryDeterminesTheNumberOfPasses) {
  test::TarBuilder tar;
  for (char c = 'a'; c <= 'j'; ++c) tar.file(std::string(1, c) + ".mid", std::string(100, c));
  tar.write_packed(root() / "t.tgz");
  const Corpus corpus = list(root() / "t.tgz");
  EXPECT_EQ(count_passes(order_of(corpus), 1000), 1u);
  EXPECT_EQ(count_passes(order_of(corpus), 999), 2u);
  EXPECT_EQ(count_passes(order_of(corpus), 250), 5u);
  EXPECT_EQ(count_passes(order_of(corpus), 0), 10u);
  EXPECT_EQ(count_passes({}, 0), 0u);
  for (const std::uint64_t memory : {0, 250, 999, 1000}) {
    const std::vector<std::string> all = contents(corpus, memory);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(md5_hex(std::as_bytes(std::span(all[i]))), corpus.files[i].md5);
    }
  }
}

TEST_F(ArchiveTest, HardLinksNamedAfterTwoMd5sAreTwoFiles) {
  const std::string a(32, 'a'), b(32, 'b'), c(32, 'c');
  test::TarBuilder()
      .file(b + ".mid", "twice")
      .hard_link(a + ".mid", b + ".mid")
      .file(c + ".mid", "once")
      .write_packed(root() / "t.tgz");
  const std::vector<std::string> all = {"twice", "twice", "once"};
  for (const std::uint64_t memory : {0, 100}) {
    EXPECT_EQ(contents(list(root() / "t.tgz"), memory), all);
  }
}

TEST_F(ArchiveTest, SeveralGzipStreamsAreOneArchive) {
  const std::string tar = test::TarBuilder().file("a.mid", "x").file("b.mid", "y").finished();
  test::write_bytes(root() / "t.tgz", test::gzip(tar.substr(0, 700)) + test::gzip(tar.substr(700)));
  EXPECT_EQ(list(root() / "t.tgz").files.size(), 2u);
}

}  // namespace
}  // namespace amt
