// Measures MIDI bytes per second from parsing to rows, on one core with all files in memory.
// Usage: tokenise_bench [--benchmark_...] with AMT_BENCH_CORPUS set to a folder of MIDI files, such
// as the output of make_corpus.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/corpus/corpus.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/tokens/unit_tokenizer.hpp"

namespace amt {
namespace {

std::vector<std::vector<std::byte>> files;
std::int64_t corpus_bytes = 0;

void load(const char* folder) {
  for (const CorpusFile& file : list_files(folder).files) {
    files.push_back(read_file(std::filesystem::path(folder) / file.path));
    corpus_bytes += static_cast<std::int64_t>(files.back().size());
  }
}

/// Calls work(playback) for every file that is not rejected.
template <class Work>
void for_each_playback(MidiParser& parser, Work work) {
  for (const auto& file : files) {
    try {
      work(parser.parse(file));
    } catch (const MidiError&) {
    }
  }
}

void parse(benchmark::State& state) {
  MidiParser parser;
  for (auto _ : state) {
    for_each_playback(parser,
                      [](const Playback& playback) { benchmark::DoNotOptimize(&playback); });
  }
  state.SetBytesProcessed(state.iterations() * corpus_bytes);
}

void parse_to_notes(benchmark::State& state) {
  MidiParser parser;
  NotePairing pairing;
  std::vector<Note> notes;
  for (auto _ : state) {
    for_each_playback(parser, [&](const Playback& playback) {
      pairing.find(playback, notes);
      benchmark::DoNotOptimize(notes.data());
    });
  }
  state.SetBytesProcessed(state.iterations() * corpus_bytes);
}

void tokenise(benchmark::State& state, const Encoding& encoding, int augment) {
  MidiParser parser;
  std::int64_t rows = 0;
  for (auto _ : state) {
    UnitTokenizer tokenizer(encoding, augment, [&](const Row& row) {
      benchmark::DoNotOptimize(row.data());
      ++rows;
    });
    for_each_playback(parser, [&](const Playback& playback) { tokenizer.add(playback); });
  }
  state.SetBytesProcessed(state.iterations() * corpus_bytes);
  state.counters["rows/s"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsRate);
}

BENCHMARK(parse)->Unit(benchmark::kMillisecond);
BENCHMARK(parse_to_notes)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tokenise, augment_1, kArrival, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tokenise, augment_10, kArrival, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tokenise, interarrival, kInterarrival, 1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  const char* folder = std::getenv("AMT_BENCH_CORPUS");
  if (folder == nullptr) {
    std::cerr
        << "AMT_BENCH_CORPUS must be set to a folder of MIDI files; see tests/bench/NOTES.md\n";
    return 2;
  }
  amt::load(folder);
  std::cout << amt::files.size() << " files, " << amt::corpus_bytes << " bytes\n";
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
