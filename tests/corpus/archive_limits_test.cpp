// Archives with long names, long link targets and many links, designed to be slow to read.
#include <fmt/core.h>

#include "archive_fixture.hpp"

namespace amt {
namespace {

class ArchiveLimits : public ArchiveFixture {
 protected:
  Listing list_tar(const test::TarBuilder& tar) const {
    tar.write(root() / "t.tar");
    return list_files(root() / "t.tar");
  }
  static std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  }
};

TEST_F(ArchiveLimits, NamesAreAsLongAsAFileSystemAllows) {
  const std::string folder = repeated("d", 255) + '/', deep = repeated("a/", 2000);
  const std::vector<std::string> good = {repeated(folder, 15) + "x.mid", deep + "x.mid",
                                         repeated("n", 251) + ".mid"};
  const std::vector<std::string> bad = {
      repeated(folder, 16) + "x.mid", repeated("b/", 30000) + "x.mid", repeated("n", 252) + ".mid"};
  test::TarBuilder tar;
  for (const std::string& name : good) tar.pax_name(name).file("x", "1");
  for (const std::string& name : bad) tar.pax_name(name).file("x", "2");
  tar.pax_name(repeated("c/", 30000) + "x.txt").file("x", "3");
  const Listing listing = list_tar(tar);
  EXPECT_EQ(listing.files.size(), good.size());
  ASSERT_EQ(listing.rejected.size(), bad.size());
  for (const auto& [path, reason] : listing.rejected) {
    EXPECT_LT(path.size(), 256u);
    EXPECT_TRUE(path.ends_with(".mid")) << path;
    EXPECT_NE(reason, "");
  }
  EXPECT_EQ(listing.problems.size(), 1u);
}

TEST_F(ArchiveLimits, TargetsAreAsLongAsAFileSystemAllows) {
  const std::string around = repeated("a/../", 818);
  test::TarBuilder tar;
  tar.file("x.mid", "1").folder("a");
  tar.pax_link(around + "x.mid").symbolic_link("good.mid", "cut");
  tar.pax_link(repeated("a/../", 150000) + "x.mid").symbolic_link("bad.mid", "cut");
  tar.pax_link(repeated("a/../", 150000) + "x.mid").hard_link("hard.mid", "cut");
  const Listing listing = list_tar(tar);
  EXPECT_EQ(listing.files.size(), 2u);
  ASSERT_EQ(listing.rejected.size(), 2u);
  EXPECT_LT(listing.rejected[1].reason.size(), 300u);
  EXPECT_EQ(
      list_tar(test::TarBuilder().file("x.mid", "1").symbolic_link("l.mid", "")).rejected.size(),
      1u);
}

// Each link is resolved once: resolving every link again from every other would take hours.
TEST_F(ArchiveLimits, ManyLinksWithTargetsThroughOtherLinks) {
  constexpr int kWinding = 39, kLinks = 20'000;
  test::TarBuilder tar;
  tar.file("x.mid", "1").folder("a");
  for (int i = 0; i < kWinding; ++i) {
    const std::string next = i + 1 < kWinding ? fmt::format("w{}", i + 1) : "x.mid";
    tar.pax_link(repeated("a/../", 800) + next).symbolic_link(fmt::format("w{}", i), "cut");
  }
  for (int i = 0; i < kLinks; ++i) tar.symbolic_link(fmt::format("l{}.mid", i), "w0");
  EXPECT_EQ(list_tar(tar).files.size(), kLinks + 1u);
}

// A path may pass 40 links before a file, as in Linux; the path to a link may be as long as the
// archive.
TEST_F(ArchiveLimits, ChainsOfLinks) {
  constexpr int kLinks = 100'000;
  test::TarBuilder tar;
  tar.file("0.mid", "1");
  for (int i = 1; i <= kLinks; ++i) {
    tar.symbolic_link(fmt::format("{}.mid", i), fmt::format("{}.mid", i - 1));
  }
  const Listing listing = list_tar(tar);
  EXPECT_EQ(listing.files.size(), 41u);
  EXPECT_EQ(listing.rejected.size(), kLinks - 40u);
}

// The target of a link's second name is relative to that name's folder, as on disk.
TEST_F(ArchiveLimits, HardLinksToSymbolicLinks) {
  const Listing listing = list_tar(test::TarBuilder()
                                       .file("a/x.mid", "1")
                                       .file("b/x.mid", "22")
                                       .symbolic_link("a/link.mid", "x.mid")
                                       .hard_link("b/link.mid", "a/link.mid")
                                       .hard_link("link.mid", "a/link.mid"));
  ASSERT_EQ(listing.files.size(), 4u);
  EXPECT_EQ(listing.files[2].path, "b/link.mid");
  EXPECT_EQ(listing.files[2].bytes, 2u);
  ASSERT_EQ(listing.rejected.size(), 1u);
  EXPECT_EQ(listing.rejected[0].path, "link.mid");
}

TEST_F(ArchiveLimits, ManyFilesBehindALongChain) {
  constexpr int kFiles = 20'000;
  test::TarBuilder tar;
  for (int i = 0; i < kFiles; ++i) tar.file(fmt::format("z/{}.mid", i), "");
  const std::string deep = repeated("a/", 1900);
  tar.pax_name(deep + "to").symbolic_link("x", repeated("../", 10) + "a");
  tar.pax_name(deep + "z")
      .pax_link(repeated("../", 1300) + repeated("a/", 10))
      .symbolic_link("x", "cut");
  EXPECT_EQ(list_tar(tar).files.size(), std::size_t{kFiles});
}

}  // namespace
}  // namespace amt
