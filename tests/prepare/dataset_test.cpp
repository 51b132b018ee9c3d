// Tests the dataset prepared from the golden tree on any number of ranks.
#include "amt/dataset/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/tokens/row_text.hpp"
#include "prepare_fixture.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream in(read_text(file));
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  return lines;
}

std::vector<std::string> rows_of(const fs::path& dataset, Split split) {
  const SplitReader reader(dataset, read_manifest(dataset), split);
  std::vector<std::string> rows;
  for (std::uint64_t i = 0; i < reader.rows(); ++i) {
    Row row;
    std::ranges::copy(reader.row(i), row.begin());
    append_row_text(row, rows.emplace_back());
  }
  return rows;
}

class PreparedDataset : public PrepareTest {
 protected:
  /// Prepares with `o` on all ranks, and again on rank 0 alone; the files must have the same bytes.
  void expect_same_as_alone(PrepareOptions o) {
    prepare_dataset(world(), o);
    if (!leader()) return;
    PrepareOptions alone = o;
    alone.dataset += "-alone";
    alone.memory.bytes = 0;
    prepare_dataset(mpi::Communicator::self(), alone);
    expect_same_files(o.dataset, alone.dataset);
  }
};

TEST_F(PreparedDataset, SameBytesFromAnyNumberOfRanks) { expect_same_as_alone(options("d", 10)); }

// Rows and their order must stay as in existing datasets.
TEST_F(PreparedDataset, TheTrainingSplitIsUnchanged) {
  PrepareOptions o = options("d");
  o.seed = 11;
  prepare_dataset(world(), o);
  const SplitInfo train = read_manifest(o.dataset).split(Split::kTrain);
  ASSERT_EQ(train.shards.size(), 1u);
  EXPECT_EQ(train.shards.front().hash, "6ac609324c7f96c8");
}

TEST_F(PreparedDataset, SameBytesWithManyShardsAndUnits) {
  PrepareOptions o = options("d", 10);
  o.rows_per_shard = 50;
  o.prefix_digits = 2;
  expect_same_as_alone(o);
  if (!leader()) return;
  EXPECT_GT(read_manifest(o.dataset).split(Split::kTrain).shards.size(), 7u);
}

// A unit is divided if a split ends within its prefix; each split keeps the order of files.
TEST_F(PreparedDataset, SameBytesWithFractions) {
  for (const int digits : {1, 2}) {
    PrepareOptions o = options("d" + std::to_string(digits), 10);
    o.text = (root() / ("text" + std::to_string(digits))).string();
    o.prefix_digits = digits;
    o.splits.valid_fraction = 0.1;
    o.splits.test_fraction = 0.22;
    expect_same_as_alone(o);
    if (!leader()) continue;
    const Manifest manifest = read_manifest(o.dataset);
    EXPECT_GT(manifest.split(Split::kValid).rows, 0u);
    EXPECT_GT(manifest.split(Split::kTest).rows, manifest.split(Split::kValid).rows / 2);
    std::vector<std::string> test;
    std::set<fs::path> units;
    for (const auto& entry : fs::directory_iterator(o.text)) units.insert(entry.path());
    EXPECT_EQ(units.size(), manifest.prefix_digits == 1 ? 18u : 258u);
    for (const fs::path& unit : units) {
      const std::string name = unit.stem().string().substr(std::string("tokenized-events-").size());
      const bool whole = name.size() == static_cast<std::size_t>(digits);
      const SplitRule& rule = o.splits;
      if (whole ? rule.splits_of(name)[0] == Split::kTest : name.ends_with("-test")) {
        std::ranges::copy(lines_of(unit), std::back_inserter(test));
      }
    }
    EXPECT_EQ(rows_of(o.dataset, Split::kTest), test);
  }
}

TEST_F(PreparedDataset, SameBytesWithLittleMemory) {
  PrepareOptions o = options("d", 10);
  o.memory.bytes = 100'000;
  o.rows_per_shard = 200;
  expect_same_as_alone(o);
  EXPECT_FALSE(fs::exists(fs::path(o.dataset) / "spill"));
}

TEST_F(PreparedDataset, ContainsEveryRowOnceAndShufflesOnlyTrainingRows) {
  PrepareOptions o = options("d", 10);
  o.text = (root() / "text").string();
  o.rows_per_shard = 100;
  prepare_dataset(world(), o);
  if (!leader()) return;
  const auto text = [&](char digit) {
    return lines_of(fs::path(o.text) / (std::string("tokenized-events-") + digit + ".txt"));
  };
  EXPECT_EQ(rows_of(o.dataset, Split::kValid), text('e'));
  EXPECT_EQ(rows_of(o.dataset, Split::kTest), text('f'));
  std::vector<std::string> in_order;
  for (const char digit : std::string("0123456789abcd")) {
    std::ranges::copy(text(digit), std::back_inserter(in_order));
  }
  const std::vector<std::string> shuffled = rows_of(o.dataset, Split::kTrain);
  EXPECT_EQ(std::multiset(in_order.begin(), in_order.end()),
            std::multiset(shuffled.begin(), shuffled.end()));
  // Spearman's rank correlation between the two orders is 1 without the shuffle; in a random order
  // its standard deviation is 1/sqrt(n - 1).
  std::multimap<std::string, double> place;
  for (std::size_t i = 0; i < in_order.size(); ++i) place.emplace(in_order[i], double(i));
  double sum = 0;
  for (std::size_t i = 0; i < shuffled.size(); ++i) {
    const auto at = place.find(shuffled[i]);
    sum += std::pow(at->second - double(i), 2);
    place.erase(at);
  }
  const double n = double(shuffled.size()), rho = 1 - 6 * sum / (n * (n * n - 1));
  EXPECT_LT(std::abs(rho), 4 / std::sqrt(n - 1));
}

TEST_F(PreparedDataset, TheReportCountsTheCorpus) {
  const std::string summary = prepare_dataset(world(), options("d", 10));
  EXPECT_NE(summary.find("Time: listing "), std::string::npos);
  EXPECT_NE(summary.find(" in all, until 20"), std::string::npos) << summary;
  if (!leader()) return;
  const std::string report = read_text(root() / "d" / kReportFile);
  for (const char* expected :
       {"<td>files, without duplicates</td><td>57</td>", "<td>kept</td><td>51</td>",
        "60m and more: 1 files", "<td>a track that is longer than the file</td><td>1</td>",
        "<td>Drums</td><td>46</td>"}) {
    EXPECT_NE(report.find(expected), std::string::npos) << expected;
  }
}

TEST_F(PreparedDataset, TheSeedDeterminesTheOrder) {
  PrepareOptions a = options("a"), b = options("b");
  b.seed = 1;
  prepare_dataset(world(), a);
  prepare_dataset(world(), b);
  if (!leader()) return;
  const auto one = rows_of(a.dataset, Split::kTrain), other = rows_of(b.dataset, Split::kTrain);
  EXPECT_NE(one, other);
  EXPECT_TRUE(std::ranges::is_permutation(one, other));
}

}  // namespace
}  // namespace amt
