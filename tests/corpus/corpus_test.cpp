#include "amt/corpus/corpus.hpp"

#include <gtest/gtest.h>

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
  /// As `ranks` ranks would list it.
  Corpus list(int ranks = 1) const {
    const Listing listing = list_files(root());
    std::vector<std::vector<std::string>> shares;
    for (int r = 0; r < ranks; ++r) shares.push_back(hash_share(listing, r, ranks));
    return assemble_corpus(listing, shares);
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(CorpusTest, TakesMidiFilesOnly) {
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
  EXPECT_EQ(listing.other_case, 1u);
}

TEST_F(CorpusTest, NamesFilesByMd5AndTakesEqualOnesOnce) {
  put("z/copy.mid", "message digest");
  put("a/song.mid", "message digest");
  put("F96B697D7CB7938D525A2F31AAF161D0.mid", "named as if it were equal");
  put("d41d8cd98f00b204e9800998ecf8427e.mid", "");
  for (const int ranks : {1, 2, 3, 5}) {
    const Corpus corpus = list(ranks);
    ASSERT_EQ(corpus.files.size(), 2u);
    EXPECT_EQ(corpus.files[0].md5, "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(corpus.files[1].md5, "f96b697d7cb7938d525a2f31aaf161d0");
    EXPECT_EQ(corpus.files[1].path, "F96B697D7CB7938D525A2F31AAF161D0.mid") << "first by path";
    EXPECT_EQ(corpus.duplicates, 2u);
    EXPECT_EQ(corpus.digest(), list().digest());
  }
}

TEST_F(CorpusTest, FollowsLinksButNoLoops) {
  put("real/song.mid", "x");
  fs::create_directory_symlink("../real", root() / "real" / "loop");
  fs::create_symlink("nowhere.mid", root() / "dangling.mid");
  fs::create_symlink("real/song.mid", root() / "link.mid");
  const Listing listing = list_files(root());
  EXPECT_EQ(listing.files.size(), 2u);  // the song and the link to it; equal, so taken once later
  EXPECT_EQ(listing.problems.size(), 2u);
  EXPECT_EQ(list().files.size(), 1u);
}

TEST_F(CorpusTest, NamesNeedNotBeUtf8) {
  put("na\xefve.mid", "x");
  EXPECT_EQ(list().files.at(0).path, "na\xefve.mid");
}

TEST_F(CorpusTest, FilesThatVanishAreListedAsUnreadable) {
  put("gone.mid", "x");
  put("here.mid", "y");
  const Listing listing = list_files(root());
  fs::remove(root() / "gone.mid");
  const Corpus corpus = assemble_corpus(listing, {hash_share(listing, 0, 1)});
  ASSERT_EQ(corpus.unreadable.size(), 1u);
  EXPECT_EQ(corpus.unreadable[0].path, "gone.mid");
  EXPECT_EQ(corpus.files.size(), 1u);
}

TEST_F(CorpusTest, MissingFolderAndFileAreRefused) {
  put("file.mid", "x");
  EXPECT_THROW(list_files(root() / "missing"), Error);
  EXPECT_THROW(list_files(root() / "file.mid"), Error);
}

}  // namespace
}  // namespace amt
