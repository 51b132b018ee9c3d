// Times complete training steps on a GPU (forward and backward passes with dropout, gradient norm,
// AdamW), then each operation on its own compared with its roofline. README.md lists the commands;
// pytorch_step.py is the PyTorch counterpart.
//
//   gpu_bench [--size small|medium|large] [--layers N] [--rows N] [--micro-batch N] [--steps N]
//             [--device cuda|cpu] [--attention auto|cudnn|plain] [--peak TFLOP/s] [--bandwidth
//             GB/s]
//             [--checkpointing] [--operations] [--timed-algorithms] [--not-deterministic]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/device/device_kind.hpp"
#include "amt/device/plugin_loader.hpp"
#include "amt/resources/flops.hpp"
#include "amt/trainer/train_step.hpp"
#include "bench/model_size.hpp"
#include "support/reducers.hpp"
#include "support/tiny_training.hpp"
#include "timed_ops.hpp"

namespace amt {
namespace {

struct Options {
  std::map<std::string, std::string> values = {
      {"--size", "small"}, {"--layers", "0"},       {"--rows", "16"},
      {"--steps", "20"},   {"--micro-batch", "0"},  {"--device", "cuda"},
      {"--peak", "0"},     {"--attention", "auto"}, {"--bandwidth", "0"}};
  bool checkpointing = false, operations = false, deterministic = true, timed = false;

  const std::string& text(const char* name) const { return values.at(name); }
  int whole(const char* name) const { return static_cast<int>(number(name)); }
  double number(const char* name) const {
    const std::string& value = values.at(name);
    char* end = nullptr;
    const double parsed = std::strtod(value.c_str(), &end);
    if (!value.empty() && *end == '\0' && parsed >= 0) return parsed;
    throw UsageError(std::string(name) + " must be a number, not " + value);
  }
};

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--checkpointing") {
      o.checkpointing = true;
    } else if (name == "--operations") {
      o.operations = true;
    } else if (name == "--not-deterministic") {
      o.deterministic = false;
      o.timed = true;  // like amt train
    } else if (name == "--timed-algorithms") {
      o.timed = true;
    } else if (o.values.count(name) == 0) {
      throw UsageError("unknown option " + name + "; gpu_bench.cpp lists them");
    } else if (++i == argc) {
      throw UsageError(name + " needs a value");
    } else {
      o.values[name] = argv[i];
    }
  }
  return o;
}

struct Machine {
  std::unique_ptr<Ops> ops;
  double peak = 0;  ///< FLOP/s; 0: not known
};

Machine open_machine(const Options& o) {
  Machine machine;
  machine.peak = o.number("--peak") * 1e12;
  if (o.text("--device") == "cpu") {
    const bool bf16 = bf16_support() != Bf16Support::kNone;
    machine.ops = make_cpu_ops(0, bf16 ? Precision::kBf16 : Precision::kF32);
    return machine;
  }
  const auto attention = value_of<cuda::Attention>(o.text("--attention"));
  if (!attention) {
    throw UsageError("--attention must be " + list_of_words<cuda::Attention>());
  }
  const cuda::Plugin& plugin = load_plugin(find_plugin());
  std::string why;
  if (plugin.device_count(&why) == 0) throw Error(why);
  const cuda::DeviceInfo info = plugin.device_info(0);
  std::printf("%s\n%s, %.1f GB\n", plugin.versions().c_str(), info.name.c_str(),
              static_cast<double>(info.memory_bytes) * 1e-9);
  if (machine.peak == 0) machine.peak = known_peak_flops(info.name);
  machine.ops =
      plugin.make_ops({.device = 0, .attention = *attention, .deterministic = o.deterministic});
  return machine;
}

ModelConfig config_of(const Options& o) {
  ModelConfig config = sized_config(o.text("--size"));
  if (o.whole("--layers") > 0) config.num_layers = o.whole("--layers");
  config.gradient_checkpointing = o.checkpointing;
  return config;
}

/// Runs training steps with random weights on synthetic rows.
class Steps {
 public:
  Steps(Ops& ops, const Options& o)
      : config_(config_of(o)),
        rows_(o.whole("--rows")),
        micro_batch_(o.whole("--micro-batch") > 0 ? o.whole("--micro-batch") : rows_),
        data_(test::make_rows(1, 4 * rows_, config_)),
        model_(ops, config_, micro_batch_),
        step_(model_, alone_.ranks, *alone_.reducer, data_, trainer(), {}) {
    std::vector<float> start(static_cast<std::size_t>(model_.layout().total()));
    initialise_parameters(config_, model_.layout(), 0, start);
    model_.set_parameters(start);
  }

  /// Runs one step, which ends when the loss has reached the host; returns its duration in seconds.
  double run() {
    const auto start = std::chrono::steady_clock::now();
    loss_ = step_.run(state_, [] { return Requests{}; }).loss;
    model_.ops().synchronise();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const ModelConfig& config() const { return config_; }
  double tokens() const { return static_cast<double>(rows_) * config_.seq_len; }
  double loss() const { return loss_; }

 private:
  TrainerOptions trainer() const {
    TrainerOptions options;
    options.train_batch_size = rows_;
    options.per_device_parallelism = micro_batch_;
    return options;
  }

  ModelConfig config_;
  int rows_, micro_batch_;
  test::MemoryRows data_;
  test::Alone alone_;
  Model model_;
  TrainStep step_;
  TrainingState state_;
  double loss_ = 0;
};

constexpr int kWarmUp = 3;  // these steps choose plans and touch memory for the first time

void print_steps(const Options& o, Machine& machine) {
  Steps steps(*machine.ops, o);
  for (int i = 0; i < kWarmUp; ++i) steps.run();
  std::vector<double> seconds;
  for (int i = 0; i < std::max(1, o.whole("--steps")); ++i) seconds.push_back(steps.run());
  std::sort(seconds.begin(), seconds.end());
  const double best = seconds[0], median = seconds[seconds.size() / 2], tokens = steps.tokens();
  const double flops = model_flops_per_token(steps.config());
  std::printf("%s, %s, %d layers, %s rows: best %.2f ms, median %.2f ms, ",
              machine.ops->description().c_str(), o.text("--size").c_str(),
              steps.config().num_layers, o.text("--rows").c_str(), 1e3 * best, 1e3 * median);
  std::printf("%.0f tokens/s (median %.0f), loss %.3f\n", tokens / best, tokens / median,
              steps.loss());
  std::printf(
      "model FLOP/token %.4g = 6 x multiplied parameters + 12 x layers x width x length; "
      "at the median %.1f TFLOP/s",
      flops, 1e-12 * flops * tokens / median);
  if (machine.peak > 0) {
    const double mfu = model_flops_utilisation(flops * tokens / median, 1, machine.peak);
    std::printf(", MFU %.1f %% of %.1f TFLOP/s\n", 100 * mfu, 1e-12 * machine.peak);
  } else {
    std::printf(", MFU unknown: --peak gives the device's TFLOP/s\n");
  }
}

void print_operations(const Options& o, Machine& machine) {
  TimedOps timed(*machine.ops);
  Steps steps(timed, o);
  for (int i = 0; i < kWarmUp; ++i) steps.run();
  timed.clear();
  constexpr int kSteps = 5;
  for (int i = 0; i < kSteps; ++i) steps.run();
  double all = 0;
  for (const auto& [name, time] : timed.times()) all += time.seconds;
  std::printf("\n%-30s %6s %9s %7s %9s %9s %6s\n", "operation, alone", "calls", "ms/step", "share",
              "TFLOP/s", "GB/s", "roof");
  for (const auto& [name, time] : timed.times()) {
    const double roof = roof_seconds(time.work, machine.peak, o.number("--bandwidth") * 1e9);
    std::printf("%-30s %6d %9.3f %6.1f%% %9.1f %9.0f %5.0f%%\n", name.c_str(), time.calls / kSteps,
                1e3 * time.seconds / kSteps, 100 * time.seconds / all,
                1e-12 * time.work.flops / time.seconds, 1e-9 * time.work.bytes / time.seconds,
                100 * roof / time.seconds);
  }
}

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  try {
    const amt::Options options = amt::parse(argc, argv);
    amt::Machine machine = amt::open_machine(options);
    if (amt::AlgorithmChoice* choice = machine.ops->algorithms()) choice->set_timing(options.timed);
    amt::print_steps(options, machine);
    if (options.operations) amt::print_operations(options, machine);
    return 0;
  } catch (const amt::Error& error) {
    std::fprintf(stderr, "gpu_bench: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_bench: %s\n", error.what());
    return 1;
  }
}
