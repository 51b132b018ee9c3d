// Times the forward and backward pass of a micro-batch on the CPU and compares its rate with that
// of its matrix products alone. pytorch_step.py is the PyTorch counterpart.
//
//   step_bench [--size small|medium|large] [--rows N] [--precision fp32|bf16] [--threads N]
//              [--passes N] [--checkpointing]
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/model.hpp"
#include "bench_main.hpp"
#include "model_size.hpp"
#include "product_rate.hpp"

namespace amt {
namespace {

struct Options {
  std::string size = "small", precision = "fp32";
  int rows = 1, threads = 2, passes = 5;
  bool checkpointing = false;
};

Options parse(int argc, char** argv) {
  Options o;
  OptionTable table;
  table.add("size", &o.size, "small, medium or large");
  table.add("precision", &o.precision, "fp32 or bf16");
  table.add("rows", &o.rows, "rows in the micro-batch");
  table.add("threads", &o.threads, "CPU threads");
  table.add("passes", &o.passes, "number of timed passes");
  table.add_flag("checkpointing", &o.checkpointing, "recompute activations");
  read_options(table, argc, argv);
  return o;
}

void run(const Options& o) {
  const Precision precision = o.precision == "bf16" ? Precision::kBf16 : Precision::kF32;
  ModelConfig config = sized_config(o.size);
  config.gradient_checkpointing = o.checkpointing;
  const double gflop = products_gflop(config) * o.rows;
  const double products = product_seconds(config, o.rows, precision, o.threads);
  const auto ops = make_cpu_ops(o.threads, precision);
  Model model(*ops, config, o.rows);
  std::vector<float> start(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 0, start);
  model.set_parameters(start);
  std::vector<Token> tokens(static_cast<std::size_t>(o.rows) * kContextLength);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = static_cast<Token>(i * 7919 % static_cast<std::size_t>(config.vocab_size));
  }
  std::vector<double> seconds;
  for (int pass = 0; pass <= o.passes; ++pass) {  // pass 0 only touches the memory
    model.parameters();                           // as after an update: weights must be refreshed
    seconds.push_back(seconds_of([&] {
      model.forward_backward(tokens, o.rows, 1e-6f, {.step = static_cast<std::uint64_t>(pass)});
    }));
  }
  std::sort(seconds.begin() + 1, seconds.end());
  const double best = seconds[1], median = seconds[1 + static_cast<std::size_t>(o.passes) / 2];
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("amt, %s, %d rows, %s: best %.3f s, median %.3f s, %.0f tokens/s, peak %.2f GB\n",
              o.size.c_str(), o.rows, ops->description().c_str(), best, median,
              o.rows * kContextLength / best, static_cast<double>(usage.ru_maxrss) * 1024e-9);
  std::printf("  products alone %.3f s (%.0f GFLOP/s): %.0f %% of their rate\n", products,
              gflop / products, 100 * products / best);
}

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  return amt::bench_main("step_bench", [&] { amt::run(amt::parse(argc, argv)); });
}
