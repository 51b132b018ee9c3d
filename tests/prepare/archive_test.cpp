// An archive gives the same dataset as the folder that it unpacks to.
#include <fstream>

#include "amt/corpus/file_reader.hpp"
#include "amt/dataset/manifest.hpp"
#include "prepare_fixture.hpp"
#include "src/prepare/memory.hpp"
#include "support/tar_builder.hpp"
#include "support/zip_builder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class PreparedArchive : public PrepareTest {
 protected:
  /// Creates a corpus, and archives of it: the golden tree, plus files whose names are not MD5s,
  /// one of them duplicated, one that is not MIDI, and one in a folder that is not searched.
  void make_corpora() {
    if (leader()) {
      const fs::path tree = root() / "tree";
      fs::copy(test::golden_dir() / "tree", tree, fs::copy_options::recursive);
      int count = 0;
      for (const auto& entry : fs::recursive_directory_iterator(test::golden_dir() / "tree")) {
        if (!entry.is_regular_file() || ++count % 4 != 0) continue;
        const fs::path old = tree / entry.path().lexically_relative(test::golden_dir() / "tree");
        fs::rename(old, old.parent_path() / ("song " + std::to_string(count) + ".mid"));
        if (count == 8) fs::copy(entry.path(), tree / "again.mid");
      }
      std::ofstream(tree / "no music.mid") << "no music";
      fs::create_directories(tree / ".trash");
      std::ofstream(tree / ".trash" / "x.mid") << "x";
      test::TarBuilder().tree(tree).write(root() / "tree.tar");
      test::TarBuilder().tree(tree).write_packed(root() / "tree.tar.gz");
      test::ZipBuilder().tree(tree).write(root() / "tree.zip");
    }
    world().barrier();
  }

  PrepareOptions of(const std::string& corpus, const std::string& name) const {
    PrepareOptions o = options(name, 10);
    o.corpus = (root() / corpus).string();
    o.rows_per_shard = 50;
    return o;
  }
};

TEST_F(PreparedArchive, GivesTheSameBytesAsTheFolder) {
  make_corpora();
  const PrepareOptions tree = of("tree", "tree-set");
  prepare_dataset(world(), tree);
  if (leader()) {
    EXPECT_EQ(read_manifest(tree.dataset).statistics.duplicates, 1u);
    EXPECT_EQ(read_manifest(tree.dataset).statistics.rejected, 2u);
  }
  for (const std::string corpus : {"tree.tar", "tree.tar.gz", "tree.zip"}) {
    for (const std::uint64_t memory : {0, 30'000, 1}) {
      PrepareOptions o = of(corpus, corpus + std::to_string(memory));
      o.memory.bytes = memory;
      prepare_dataset(world(), o);
      if (leader()) expect_same_files(tree.dataset, o.dataset);
    }
  }
}

TEST_F(PreparedArchive, ADryRunReportsTheCost) {
  make_corpora();
  if (!leader()) return;
  PrepareOptions o = of("tree.tar.gz", "d");
  o.memory.bytes = 200'000;
  const std::string packed = describe_preparation(o), tree = describe_preparation(of("tree", "d"));
  EXPECT_NE(packed.find(" 4 times"), std::string::npos) << packed;
  EXPECT_TRUE(packed.starts_with(tree)) << packed << tree;
  EXPECT_FALSE(fs::exists(o.dataset));
}

TEST_F(PreparedArchive, FilesMayUseHalfOfTheMemory) {
  PrepareOptions o;
  o.memory.bytes = 1001;
  for (const SourceKind kind :
       {SourceKind::kFolder, SourceKind::kTar, SourceKind::kPackedTar, SourceKind::kZip}) {
    const MemoryShares shares = share_memory(o, {"x", kind, {}}, 3);
    EXPECT_EQ(shares.files, is_packed(kind) ? 500u : 0u);
    EXPECT_EQ(shares.rows + shares.files, 1001u);
  }
  o.memory.bytes = 0;
  const Source folder = {"x", SourceKind::kFolder, {}};
  EXPECT_NEAR(static_cast<double>(share_memory(o, folder, 1).rows),
              4.0 * static_cast<double>(share_memory(o, folder, 4).rows), 16);
}

}  // namespace
}  // namespace amt
