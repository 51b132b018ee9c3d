// An unreadable file is only rejected; an unreadable archive ends the job.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "src/prepare/tokenise.hpp"
#include "support/tar_builder.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class UnitReaderTest : public testing::Test {
 protected:
  const fs::path& root() const { return folder_.path(); }

  static Corpus list(const fs::path& path) {
    const Listing listing = list_files(path);
    return assemble_corpus(listing, {hash_share(listing, 0, 1)});
  }

  /// Reads the unit of digit a, calling `meanwhile` between listing and reading.
  template <class Meanwhile>
  UnitResult read(const fs::path& path, const Meanwhile& meanwhile) {
    const Corpus corpus = list(path);
    ReadingOrder order;
    const Unit unit = make_units(corpus, 1, SplitRule())[10];
    for (std::size_t i = unit.first; i < unit.last; ++i) order.push_back(&corpus.files[i]);
    const auto input = open_reader(corpus.source, order, 0);
    meanwhile();
    const PrepareOptions options{};
    std::uint64_t done = 0;
    UnitReader reader(
        corpus, *input, options, [](const Unit&, std::uint32_t, const Row&) {},
        [&](std::uint64_t files, std::uint64_t) { done = files; });
    const UnitResult result = reader.read(unit, rejections_);
    EXPECT_EQ(done, order.size()) << "progress must include rejected files";
    return result;
  }

  std::vector<Rejection> rejections_;

 private:
  test::TemporaryFolder folder_;
};

const std::string kEmptyMidi("MThd\0\0\0\6\0\0\0\0\0\1", 14);
std::string name(char last) { return std::string(31, 'a') + last + ".mid"; }

TEST_F(UnitReaderTest, UnreadableFilesAreListed) {
  test::write_bytes(root() / name('1'), kEmptyMidi);
  test::write_bytes(root() / name('2'), kEmptyMidi);
  test::write_bytes(root() / name('4'), kEmptyMidi);
  test::write_bytes(root() / name('3'), kEmptyMidi);
  const UnitResult result = read(root(), [&] {
    fs::remove(root() / name('1'));
    fs::remove(root() / name('3'));
    ASSERT_EQ(::mkfifo((root() / name('3')).c_str(), 0600), 0);
    fs::remove(root() / name('4'));
    fs::create_directories(root() / name('4'));
  });
  EXPECT_EQ(result.rejected, 3u);
  EXPECT_EQ(result.stats.too_short, 1u);
  ASSERT_EQ(rejections_.size(), 3u);
  EXPECT_EQ(rejections_[0].path, name('1'));
  EXPECT_NE(rejections_[0].reason.find("no such file"), std::string::npos);
  EXPECT_NE(rejections_[1].reason.find("cannot read"), std::string::npos);
  EXPECT_NE(rejections_[2].reason.find("not a regular file"), std::string::npos);
}

TEST_F(UnitReaderTest, UnreadableFilesWithoutAnMd5AreListed) {
  test::write_bytes(root() / "song.mid", kEmptyMidi);
  fs::create_symlink("/proc/self/mem", root() / "memory.mid");
  fs::create_directories(root() / "folder.mid");
  const Corpus corpus = list(root());
  EXPECT_EQ(corpus.files.size(), 1u);
  ASSERT_EQ(corpus.unreadable.size(), 1u);
  EXPECT_EQ(corpus.unreadable[0].path, "memory.mid");
}

TEST_F(UnitReaderTest, AnArchiveThatChangesStopsTheJob) {
  for (const bool packed : {false, true}) {
    const fs::path archive = root() / "t";
    const std::string tar =
        test::TarBuilder().file(name('1'), kEmptyMidi).file(name('2'), kEmptyMidi).finished();
    test::write_bytes(archive, packed ? test::gzip(tar) : tar);
    EXPECT_THROW(read(archive, [&] { fs::resize_file(archive, 100); }), CorpusError);
    EXPECT_TRUE(rejections_.empty());
  }
}

}  // namespace
}  // namespace amt
