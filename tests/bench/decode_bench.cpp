// Measures a decoder's tokens per second on the CPU and compares them with the limit set by memory
// bandwidth: how often per second the weights, keys and values that a step needs can be read and
// summed. Decoding and reading are timed alternately and the best time of each is used, so other
// jobs on the machine hardly affect the ratio.
//
//   decode_bench [--size small|medium|large] [--precision fp32|bf16] [--int8] [--threads N]
//                [--rows N] [--context N] [--triples N] [--rounds N]
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/decoder.hpp"
#include "bench_main.hpp"
#include "model_size.hpp"

namespace amt {
namespace {

struct Options {
  std::string size = "small", precision = "bf16";
  int threads = 2, rows = 1, context = 500, triples = 5, rounds = 6;
  bool int8 = false;
};

Options parse(int argc, char** argv) {
  Options o;
  OptionTable table;
  table.add("size", &o.size, "small, medium or large");
  table.add("precision", &o.precision, "fp32 or bf16");
  table.add("threads", &o.threads, "CPU threads");
  table.add_flag("int8", &o.int8, "round the weights to int8");
  table.add("rows", &o.rows, "rows decoded together");
  table.add("context", &o.context, "tokens of context before decoding starts");
  table.add("triples", &o.triples, "triples decoded per round");
  table.add("rounds", &o.rounds, "number of times that decoding and reading are timed");
  read_options(table, argc, argv);
  return o;
}

/// Returns the seconds that all threads together need to read the memory once. Each thread reads
/// eight streams in parallel to keep as many requests in flight as possible.
double read_once(const std::vector<std::uint64_t>& memory, int threads) {
  constexpr std::size_t kStreams = 8, kLine = 8;
  const std::size_t lines = memory.size() / kLine / kStreams / static_cast<std::size_t>(threads);
  std::uint64_t sum = 0;
  const double seconds = seconds_of([&] {
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : sum)
    for (int thread = 0; thread < threads; ++thread) {
      const std::uint64_t* const mine =
          memory.data() + static_cast<std::size_t>(thread) * lines * kLine * kStreams;
      for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t place = 0; place < kStreams; ++place) {
          const std::uint64_t* const words = mine + (place * lines + line) * kLine;
          for (std::size_t k = 0; k < kLine; ++k) sum += words[k];
        }
      }
    }
  });
  if (sum != lines * kLine * kStreams * static_cast<std::size_t>(threads)) {
    throw Error("the sum of ones is wrong");
  }
  return seconds;
}

/// The token ranges of a triple's three positions: time, duration, note.
constexpr TokenRange kPlaces[] = {{kTimeOffset, kTimeOffset + kMaxTime},
                                  {kDurationOffset, kDurationOffset + kMaxDuration},
                                  {kNoteOffset, kRest + 1}};

/// Returns the bytes that a step must read: the blocks' matrices and the legal rows of the
/// embedding once, and the keys and values once per row.
double bytes_per_step(const ModelConfig& c, const Options& o, double element) {
  const double h = c.hidden_dim, layers = c.num_layers;
  const double legal = (kPlaces[0].size() + kPlaces[1].size() + kPlaces[2].size()) / 3.0;
  const double cached = 2.0 * o.rows * (o.context + 1.5 * o.triples * o.rounds) * h * layers;
  return (o.int8 ? 1 : element) * 12 * h * h * layers + element * (legal * h + cached);
}

/// Extends all rows, one step at a time, by a token that depends only on its position.
class Steps {
 public:
  Steps(Model& model, const Options& o)
      : decoder_(model, o.rows),
        rows_(o.rows),
        logits_(static_cast<std::size_t>(o.rows * kPlaces[2].size())) {
    while (std::ssize(context_) < o.context) context_.push_back(Token(context_.size()));
  }
  void operator()() {
    const TokenRange range = kPlaces[(context_.size() - 1) % 3];
    std::vector<DecoderRow> rows;
    for (int row = 0; row < rows_; ++row) rows.push_back({row, context_});
    decoder_.next(rows, range, logits_);
    context_.push_back(static_cast<Token>(range.first + context_.size() * 7919 % range.size()));
  }

 private:
  Decoder decoder_;
  int rows_;
  std::vector<float> logits_;
  std::vector<Token> context_;
};

void run(const Options& o) {
  const bool bf16 = o.precision == "bf16";
  const ModelConfig config = sized_config(o.size);
  const auto ops = make_cpu_ops(o.threads, bf16 ? Precision::kBf16 : Precision::kF32, o.int8);
  Model model(*ops, config, 1, Purpose::kInference);
  std::vector<float> start(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 0, start);
  if (o.int8) round_to_int8(model.layout(), start);
  model.set_parameters(start);
  Steps step(model, o);
  const double prompt = seconds_of(step);
  const double bytes = bytes_per_step(config, o, bf16 ? 2 : 4);
  const std::vector<std::uint64_t> memory(static_cast<std::size_t>(bytes) / sizeof(std::uint64_t),
                                          1);
  double decoding = 1e9, reading = 1e9;  // per step
  for (int round = 0; round < o.rounds; ++round) {
    reading = std::min(reading, read_once(memory, o.threads));
    for (int i = 0; i < o.triples; ++i) {
      decoding = std::min(decoding, seconds_of([&] {
                                      for (int place = 0; place < 3; ++place) step();
                                    }) / 3);
    }
  }
  std::printf(
      "%s, %s, %d rows, context %d: %.1f tokens/s, %.0f %% of the %.1f that reading %.0f MB "
      "a step at %.1f GB/s allows; %d rows of context in %.2f s\n",
      ops->description().c_str(), o.size.c_str(), o.rows, o.context, o.rows / decoding,
      100 * reading / decoding, o.rows / reading, bytes / 1e6, bytes / reading / 1e9, o.rows,
      prompt);
}

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  return amt::bench_main("decode_bench", [&] { amt::run(amt::parse(argc, argv)); });
}
