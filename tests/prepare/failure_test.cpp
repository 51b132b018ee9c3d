// A failure on any rank must leave nothing that a reader would accept.
#include <sys/file.h>

#include <cmath>
#include <fstream>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "prepare_fixture.hpp"
#include "support/refusal.hpp"
#include "support/tar_builder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class PrepareFailure : public PrepareTest {
 protected:
  /// Expects all ranks to fail with this code and a message that contains `part`, leaving nothing.
  void expect_failure(const PrepareOptions& o, ExitCode code, const std::string& part) {
    EXPECT_TRUE(
        test::exits_with<mpi::CollectiveError>(code, [&] { prepare_dataset(world(), o); }, {part}))
        << "rank " << world().rank();
    world().barrier();
    EXPECT_FALSE(fs::exists(partial_path(o.dataset)));
  }
};

// The path is relative, and the ranks are in different folders, like nodes of which only one has
// the corpus.
TEST_F(PrepareFailure, ARankWithoutTheFilesOfTheCorpusEndsTheJob) {
  if (leader()) fs::create_directories(root() / "elsewhere/tree");
  world().barrier();
  const fs::path before = fs::current_path();
  fs::current_path(leader() ? test::golden_dir() : root() / "elsewhere");
  PrepareOptions o = options("d");
  o.corpus = "tree";
  if (world().size() > 1) expect_failure(o, ExitCode::kFailed, "tree differs from");
  fs::current_path(before);
}

TEST_F(PrepareFailure, MissingOrUnusableCorporaAreRefused) {
  PrepareOptions o = options("d");
  o.corpus = (root() / "missing").string();
  expect_failure(o, ExitCode::kFailed, "missing");
  if (leader()) {
    fs::create_directories(root() / "empty");
    std::ofstream(root() / "file.mid") << "x";
  }
  world().barrier();
  o.corpus = (root() / "empty").string();
  expect_failure(o, ExitCode::kFailed, o.corpus);
  o.corpus = (root() / "file.mid").string();
  expect_failure(o, ExitCode::kFailed, o.corpus);
}

TEST_F(PrepareFailure, DamagedArchivesAreRefused) {
  PrepareOptions o = options("d");
  const std::string tar = test::TarBuilder().tree(test::golden_dir() / "tree").finished();
  const std::string packed = leader() ? test::gzip(tar) : "";
  const auto expect_damage = [&](const std::string& name, const std::string& bytes) {
    o.corpus = (root() / name).string();
    if (leader()) test::write_bytes(o.corpus, bytes);
    world().barrier();
    expect_failure(o, ExitCode::kFailed, o.corpus);
    EXPECT_FALSE(fs::exists(o.dataset));
  };
  expect_damage("cut.tar", tar.substr(0, tar.size() / 2));
  expect_damage("cut.tar.gz", packed.substr(0, packed.size() / 2));
  std::string flipped = packed;
  if (leader()) flipped[packed.size() - 6] ^= 1;  // a bit of the checksum
  expect_damage("flipped.tar.gz", flipped);
}

TEST_F(PrepareFailure, TheListOfTooManyRejectedFilesIsKept) {
  PrepareOptions o = options("d");
  o.max_bad_fraction = 0.01;
  expect_failure(o, ExitCode::kBadInput, "max-bad-fraction");
  if (leader()) {
    EXPECT_NE(read_text(root() / "d.rejected.tsv").find("2e2070425651fdeee9e1972b680913ff"),
              std::string::npos);
    EXPECT_FALSE(fs::exists(o.dataset));
  }
}

TEST_F(PrepareFailure, TheAllowedNumberOfRejectedFilesIsAccepted) {
  PrepareOptions o = options("d");
  prepare_dataset(world(), o);
  const DatasetStatistics all = read_manifest(o.dataset).statistics;
  ASSERT_GT(all.rejected, 0u);
  o.dataset = (root() / "at-the-limit").string();
  o.max_bad_fraction = static_cast<double>(all.rejected) / static_cast<double>(all.files);
  EXPECT_NO_THROW(prepare_dataset(world(), o));
  o.dataset = (root() / "below-the-limit").string();
  o.max_bad_fraction = std::nextafter(o.max_bad_fraction, 0.0);
  expect_failure(o, ExitCode::kBadInput, "max-bad-fraction");
  o.dataset = (root() / "none-allowed").string();
  o.corpus = (root() / "clean").string();
  o.max_bad_fraction = 0;
  if (leader()) {
    fs::create_directories(o.corpus);
    for (const auto& entry : fs::directory_iterator(test::golden_dir() / "tree" / "3")) {
      fs::copy(entry.path(), fs::path(o.corpus) / entry.path().filename());
    }
  }
  world().barrier();
  EXPECT_NO_THROW(prepare_dataset(world(), o));
}

TEST_F(PrepareFailure, AFailedWriteStopsAllRanks) {
  PrepareOptions o = options("d");
  o.text = (root() / "text").string();
  // A folder occupies the name of unit 7's text, so only the rank that owns the unit fails.
  if (leader()) fs::create_directories(fs::path(o.text) / "tokenized-events-7.txt");
  world().barrier();
  expect_failure(o, ExitCode::kFailed, "tokenized-events-7.txt");
}

TEST_F(PrepareFailure, AnExistingDatasetIsKeptWithoutOverwrite) {
  PrepareOptions o = options("d");
  prepare_dataset(world(), o);
  expect_failure(o, ExitCode::kUsage, "--overwrite");
  o.overwrite = true;
  o.seed = 5;
  prepare_dataset(world(), o);
  EXPECT_EQ(read_manifest(o.dataset).seed, 5u);
  world().barrier();
}

TEST_F(PrepareFailure, LeftoversOfAKilledRunAreRemoved) {
  PrepareOptions o = options("d");
  if (leader()) {
    fs::create_directories(partial_path(o.dataset) / "spill" / "rank-9");
    std::ofstream(partial_path(o.dataset) / "train-00000-of-00009.h5") << "half";
    std::ofstream(partial_path(o.dataset) / "in-use");  // left by versions without the marker
  }
  world().barrier();
  prepare_dataset(world(), o);
  EXPECT_FALSE(fs::exists(fs::path(o.dataset) / "train-00000-of-00009.h5"));
  EXPECT_FALSE(fs::exists(partial_path(o.dataset)));
  world().barrier();
}

}  // namespace
}  // namespace amt
