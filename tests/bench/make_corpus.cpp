// Creates a corpus for benchmarks in the layout of the Lakh dataset: FOLDER/a/a1b2....mid, with
// each file named after its MD5. The same arguments always give the same files.
//
//   make_corpus FOLDER [--files 1000] [--bytes 34000] [--seed 0] [--plain-names] [--damaged 1]
//
// --bytes: mean size; sizes vary by a factor of about three, as in Lakh. --plain-names: names that
// are not MD5s. --damaged: percentage of truncated files; Lakh has about one percent.
#include <fmt/core.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/options.hpp"
#include "amt/base/output_file.hpp"
#include "amt/base/strings.hpp"
#include "song.hpp"

namespace amt::bench {
namespace {

constexpr double kSpread = 0.8;  // standard deviation of the logarithm of the size

struct Options {
  std::int64_t files = 1000;
  std::int64_t bytes = 34000;  // mean of the Lakh dataset
  std::uint64_t seed = 0;
  bool plain_names = false;
  int damaged = 1;

  void register_options(OptionTable& table) {
    table.add("files", &files, "number of files");
    table.add("bytes", &bytes, "mean size of a file in bytes");
    table.add("seed", &seed, "random seed");
    table.add_flag("plain-names", &plain_names, "names that are not MD5s");
    table.add("damaged", &damaged, "percentage of truncated files");
  }
};

Options parse(int argc, char** argv) {
  Options options;
  OptionTable table;
  options.register_options(table);
  for (int i = 2; i < argc; ++i) {
    std::string name = argv[i];
    name.erase(0, name.find_first_not_of('-'));
    if (name == "plain-names") {
      options.plain_names = true;
    } else if (i + 1 < argc) {
      table.set(name, argv[++i]);
    } else {
      throw UsageError(fmt::format("--{} needs a value", name));
    }
  }
  return options;
}

/// Creates file `number`. Each file has its own random numbers, so a larger corpus begins with the
/// same files.
std::string make_file(const Options& options, std::int64_t number) {
  Dice dice(options.seed * 1'000'003 + static_cast<std::uint64_t>(number));
  const double mean = static_cast<double>(options.bytes) * std::exp(-kSpread * kSpread / 2);
  std::string song =
      make_song(dice, static_cast<std::size_t>(mean * std::exp(kSpread * dice.bell())));
  if (dice.chance(options.damaged)) song.resize(song.size() * 2 / 3);
  return song;
}

std::uint64_t make_corpus(const std::filesystem::path& folder, const Options& options) {
  std::uint64_t bytes = 0;
  for (std::int64_t i = 0; i < options.files; ++i) {
    const std::string song = make_file(options, i);
    const std::string md5 = md5_hex(std::as_bytes(std::span(song)));
    const std::filesystem::path sub =
        folder / (options.plain_names ? fmt::format("artist {}", i % 97) : md5.substr(0, 1));
    std::filesystem::create_directories(sub);
    const std::string name = options.plain_names ? fmt::format("song {}", i) : md5;
    OutputFile out(sub / (name + ".mid"));
    out.write(song);
    out.close();
    bytes += song.size();
  }
  return bytes;
}

int run(int argc, char** argv) try {
  if (argc < 2 || argv[1][0] == '-') throw UsageError("usage: make_corpus FOLDER [--files N] ...");
  const Options options = parse(argc, argv);
  const std::uint64_t bytes = make_corpus(argv[1], options);
  std::cout << options.files << " files, " << format_bytes(static_cast<double>(bytes)) << "\n";
  return 0;
} catch (const Error& error) {
  std::cerr << "make_corpus: " << error.what() << "\n";
  return static_cast<int>(error.code());
}

}  // namespace
}  // namespace amt::bench

int main(int argc, char** argv) { return amt::bench::run(argc, argv); }
