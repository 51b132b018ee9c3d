#include "amt/corpus/corpus.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "amt/base/error.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class CorpusTest : public testing::Test {
 protected:
  const fs::path& root() const { return folder_.path(); }
  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << content;
  }
  /// Lists the corpus the way `ranks` ranks together would.
  Corpus list(int ranks = 1) const {
    const Listing listing = list_files(root());
    std::vector<std::vector<std::string>> shares;
    for (int r = 0; r < ranks; ++r) shares.push_back(hash_share(listing, r, ranks));
    const Listing alike = files_named_alike(listing, shares);
    HashShares contents;
    for (int r = 0; r < ranks; ++r) contents.push_back(hash_contents_share(alike, r, ranks));
    return assemble_corpus(listing, shares, alike, contents);
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(CorpusTest, AcceptsMidiFilesOnly) {
  put("a/one.mid", "1");
  put("a/b/two.midi", "2");
  put("a/three.MID", "3");
  put("a/readme.txt", "4");
  put(".hidden/four.mid", "5");
  put("a/.five.mid", "6");
  fs::create_directories(root() / "folder.mid");
  const Listing listing = list_files(root());
  ASSERT_EQ(listing.files.size(), 2u);
  EXPECT_EQ(listing.files[0].path, "a/b/two.midi");
  EXPECT_EQ(listing.files[1].path, "a/one.mid");
  EXPECT_EQ(listing.passed_over, (ExtensionCounts{{".MID", 1}, {".txt", 1}}));
}

TEST_F(CorpusTest, IdentifiesFilesByMd5AndKeepsOneOfSeveralIdenticalFiles) {
  put("z/copy.mid", "message digest");
  put("a/song.mid", "message digest");
  put("F96B697D7CB7938D525A2F31AAF161D0.mid", "named as if it were identical");
  put("d41d8cd98f00b204e9800998ecf8427e.mid", "");
  for (const int ranks : {1, 2, 3, 5}) {
    const Corpus corpus = list(ranks);
    ASSERT_EQ(corpus.files.size(), 2u);
    EXPECT_EQ(corpus.files[0].md5, "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(corpus.files[1].md5, "f96b697d7cb7938d525a2f31aaf161d0");
    EXPECT_EQ(corpus.files[1].path, "F96B697D7CB7938D525A2F31AAF161D0.mid")
        << "its path comes first";
    EXPECT_EQ(corpus.duplicates, 0u);
    EXPECT_EQ(corpus.clashes.files, 2u) << "one file's name is not its MD5";
    EXPECT_EQ(corpus.clashes.first, "a/song.mid");
    EXPECT_EQ(corpus.clashes.taken, "F96B697D7CB7938D525A2F31AAF161D0.mid");
    EXPECT_EQ(corpus.digest(), list().digest());
  }
}

TEST_F(CorpusTest, FilesWithTheSameNameAreComparedByContents) {
  const std::string name = "0123456789abcdef0123456789abcdef.mid";
  put("a/" + name, "first");
  put("b/" + name, "first");
  put("c/" + name, "FIRST");
  put("d/" + name, "longer");
  put("e/copy.mid", "x");
  put("e/copy of it.mid", "x");
  for (const int ranks : {1, 2, 5}) {
    const Corpus corpus = list(ranks);
    ASSERT_EQ(corpus.files.size(), 2u);
    EXPECT_EQ(corpus.files[0].path, "a/" + name);
    EXPECT_EQ(corpus.duplicates, 2u);
    EXPECT_EQ(corpus.clashes.files, 2u);
    EXPECT_EQ(corpus.clashes.first, "c/" + name);
    EXPECT_EQ(corpus.clashes.taken, "a/" + name);
  }
}

// Enough files that an unstable sort would not keep their order by chance.
TEST_F(CorpusTest, TheFirstByPathOfManyIdenticalFilesIsKept) {
  for (char name = 'A'; name <= 'Z'; ++name) {
    put(std::string("copies/") + name + ".mid", "one");
    put(std::string("others/") + name + ".mid", std::string("other ") + name);
  }
  const Corpus corpus = list(3);
  ASSERT_EQ(corpus.files.size(), 27u);
  EXPECT_EQ(corpus.duplicates, 25u);
  EXPECT_EQ(std::ranges::count(corpus.files, std::string("copies/A.mid"), &CorpusFile::path), 1);
}

TEST_F(CorpusTest, TheFirstByPathOfTheSkippedFilesIsReported) {
  const std::string early = "00000000000000000000000000000000.mid", late = "f" + early.substr(1);
  for (const std::string& path : {"a/" + late, "b/" + late, "c/" + early, "d/" + early}) {
    put(path, path);
  }
  const Corpus corpus = list();
  EXPECT_EQ(corpus.clashes.files, 2u);
  EXPECT_EQ(corpus.clashes.first, "b/" + late);
}

TEST_F(CorpusTest, FollowsLinksButNotLoops) {
  put("real/song.mid", "x");
  fs::create_directory_symlink("../real", root() / "real" / "loop");
  fs::create_symlink("nowhere.mid", root() / "dangling.mid");
  fs::create_symlink("real/song.mid", root() / "link.mid");
  const Listing listing = list_files(root());
  EXPECT_EQ(listing.files.size(),
            2u);  // the song and a link to it, which list() later recognises as identical
  EXPECT_EQ(listing.problems.size(), 1u);
  EXPECT_EQ(listing.rejected.size(), 1u);
  EXPECT_EQ(list().files.size(), 1u);
}

TEST_F(CorpusTest, UnreadableFilesAreRejectedWithoutBeingOpened) {
  put("here.mid", "x");
  ASSERT_EQ(::mkfifo((root() / "pipe.mid").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((root() / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", root() / "device.mid");
  fs::create_symlink("/proc/self/mem", root() / "memory.mid");
  fs::create_symlink("../annex/gone", root() / "annex.mid");
  fs::create_symlink("self.mid", root() / "self.mid");
  fs::create_symlink("../annex/gone", root() / "annex.txt");
  fs::create_directory_symlink("/proc", root() / "kernel");
  const int plug = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {AF_UNIX, {}};
  const std::string name = (root() / "plug.mid").string();
  ASSERT_LT(name.size(), sizeof(address.sun_path));
  name.copy(address.sun_path, name.size());
  ASSERT_EQ(::bind(plug, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(plug);
  const Listing listing = list_files(root());
  EXPECT_EQ(listing.files.size(), 1u);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"annex.mid", "a broken link"}, {"device.mid", "a device"}, {"kernel", "/proc"},
      {"memory.mid", "/proc"},        {"pipe.mid", "a pipe"},     {"plug.mid", "a socket"},
      {"self.mid", "a broken link"}};
  ASSERT_EQ(listing.rejected.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(listing.rejected[i].path, expected[i].first);
    EXPECT_NE(listing.rejected[i].reason.find(expected[i].second), std::string::npos)
        << listing.rejected[i].reason;
  }
  EXPECT_EQ(list().unreadable.size(), expected.size());
}

TEST_F(CorpusTest, AFileThatBecameAPipeDoesNotBlock) {
  put("song.mid", "x");
  const Listing listing = list_files(root());
  fs::remove(root() / "song.mid");
  ASSERT_EQ(::mkfifo((root() / "song.mid").c_str(), 0600), 0);
  const Corpus corpus = assemble_corpus(listing, {hash_share(listing, 0, 1)});
  ASSERT_EQ(corpus.unreadable.size(), 1u);
  EXPECT_NE(corpus.unreadable[0].reason.find("not a regular file"), std::string::npos);
}

TEST_F(CorpusTest, AFolderNotOnADiskIsRefused) {
  EXPECT_THROW(list_files("/proc"), CorpusError);
  EXPECT_THROW(list_files("/proc/self"), CorpusError);
}

TEST_F(CorpusTest, ExtensionsCanBeChosen) {
  put("a.mid", "1");
  put("b.MID", "2");
  put("c.kar", "3");
  put("d.MIDI", "4");
  put("e.mid.gz", "5");
  const auto paths = [&](const std::string& list) {
    std::string all;
    for (const CorpusFile& file : list_files(root(), Extensions(list)).files) all += file.path;
    return all;
  };
  EXPECT_EQ(paths(""), "a.mid");
  EXPECT_EQ(paths("mid"), "a.midb.MID");
  EXPECT_EQ(paths("KAR,.midi"), "c.kard.MIDI");
  for (const std::string wrong :
       {",", "mid,", "mi/d", "mid.gz", "mid midi", "averylongextension"}) {
    EXPECT_THROW(Extensions{wrong}, UsageError) << wrong;
  }
}

TEST_F(CorpusTest, ExtensionsAreCounted) {
  EXPECT_EQ(extension_key("a/b.MID"), ".MID");
  EXPECT_EQ(extension_key("b.mid.gz"), ".mid.gz");
  EXPECT_EQ(extension_key("b.1.txt"), ".txt");
  EXPECT_EQ(extension_key("a.mid/README"), "(none)");
  EXPECT_EQ(extension_key("b."), "(none)");
  EXPECT_EQ(extension_key("b.\x1b[2J"), "(other)");
  EXPECT_EQ(describe_extensions({{".kar", 3}, {".txt", 1200}}), "1,200 .txt, 3 .kar");
  ExtensionCounts many;
  for (char c = 'a'; c <= 'j'; ++c) many[std::string(".") + c] = 2;
  EXPECT_NE(describe_extensions(many).find(", 4 with other extensions"), std::string::npos);
  EXPECT_TRUE(hides_midi_files({{".MIDI", 1}}));
  EXPECT_FALSE(hides_midi_files({{".txt", 1}, {".mid.gz", 1}}));
}

TEST_F(CorpusTest, NamesThatAreNotUtf8AreAccepted) {
  put("na\xefve.mid", "x");
  EXPECT_EQ(list().files.at(0).path, "na\xefve.mid");
}

TEST_F(CorpusTest, FilesThatDisappearAreListedAsUnreadable) {
  put("gone.mid", "x");
  put("here.mid", "y");
  const Listing listing = list_files(root());
  fs::remove(root() / "gone.mid");
  const Corpus corpus = assemble_corpus(listing, {hash_share(listing, 0, 1)});
  ASSERT_EQ(corpus.unreadable.size(), 1u);
  EXPECT_EQ(corpus.unreadable[0].path, "gone.mid");
  EXPECT_EQ(corpus.files.size(), 1u);
}

TEST_F(CorpusTest, AMissingFolderOrAFileInPlaceOfOneIsRefused) {
  put("file.mid", "x");
  EXPECT_THROW(list_files(root() / "missing"), Error);
  EXPECT_THROW(list_files(root() / "file.mid"), Error);
}

}  // namespace
}  // namespace amt
