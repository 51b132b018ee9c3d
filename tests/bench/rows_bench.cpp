// Measures how many rows per CPU second training reads from a prepared dataset: in the order of the
// first epoch, and in a new order as in later epochs. The dataset should be larger than the CPU's
// caches.
//
//   rows_bench DATASET [--rows N] [--rounds N]
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "amt/dataset/dataset.hpp"
#include "amt/dataset/epoch_rows.hpp"
#include "amt/dataset/manifest.hpp"
#include "bench_main.hpp"

namespace amt {
namespace {

struct Options {
  std::string dataset;
  int rows = 8, rounds = 5;
};

Options parse(int argc, char** argv) {
  Options o;
  if (argc < 2) throw UsageError("usage: rows_bench DATASET [--rows N] [--rounds N]");
  o.dataset = argv[1];
  OptionTable table;
  table.add("rows", &o.rows, "rows per read");
  table.add("rounds", &o.rounds, "interleaved rounds; the best one is reported");
  read_options(table, argc, argv, 2);
  return o;
}

/// Reads an epoch and returns rows per second of this process's CPU time.
double rate(const EpochRows& rows, std::uint64_t epoch, int at_once) {
  const std::uint64_t count = rows.rows(), step = static_cast<std::uint64_t>(at_once);
  std::vector<Token> out(step * static_cast<std::size_t>(rows.row_length()));
  const std::clock_t start = std::clock();
  for (std::uint64_t i = 0; i < count; i += step) rows.read(epoch * count + i, step, out);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return static_cast<double>(count) / seconds;
}

void run(const Options& o) {
  const Manifest manifest = read_manifest(o.dataset);
  const DatasetRows train(SplitReader(o.dataset, manifest, Split::kTrain));
  const EpochRows rows(train, 0);
  rate(rows, 0, o.rows);  // brings the pages into memory
  double in_order = 0, reshuffled = 0;
  for (int round = 1; round <= o.rounds; ++round) {
    in_order = std::max(in_order, rate(rows, 0, o.rows));
    reshuffled = std::max(reshuffled, rate(rows, static_cast<std::uint64_t>(round), o.rows));
  }
  std::printf("%llu rows, %d at a time: %.2f M rows/s in order, %.2f M rows/s reshuffled\n",
              static_cast<unsigned long long>(rows.rows()), o.rows, in_order * 1e-6,
              reshuffled * 1e-6);
}

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  return amt::bench_main("rows_bench", [&] { amt::run(amt::parse(argc, argv)); });
}
