// Measures what a piece longer than the model's context costs: tokens per second with either
// window, and the nats per token that --window block loses. Instead of sampling, it scores an
// existing piece: each token from the 340th triple on is predicted as if the piece were being
// generated.
//
//   window_bench FILE.mid [--model FOLDER | --size small|medium|large] [--precision fp32|bf16]
//                [--threads N] [--triples N]
//
// With --size, the model has random weights: good for measuring time only.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/decoder.hpp"
#include "amt/tokens/anticipate.hpp"
#include "amt/weights/hugging_face.hpp"
#include "bench_main.hpp"
#include "model_size.hpp"
#include "src/generate/history.hpp"
#include "src/generate/prompt.hpp"

namespace amt {
namespace {

constexpr std::size_t kContext = 339;  // triples that fit in a context

struct Options {
  std::string file, model, size = "small", precision = "bf16";
  int threads = 2;
  std::uint64_t triples = 85;  // as many as one block drops, so one recomputation is included
};

Options parse(int argc, char** argv) {
  if (argc < 2) throw UsageError("usage: window_bench FILE.mid [--model FOLDER] ...");
  Options o;
  o.file = argv[1];
  OptionTable table;
  table.add("model", &o.model, "the model's folder");
  table.add("size", &o.size, "small, medium or large, if --model is not given");
  table.add("precision", &o.precision, "fp32 or bf16");
  table.add("threads", &o.threads, "CPU threads");
  table.add("triples", &o.triples, "number of triples to score");
  read_options(table, argc, argv, 2);
  return o;
}

std::unique_ptr<Model> make_model(Ops& ops, const Options& o) {
  std::optional<HuggingFaceModel> source;
  if (!o.model.empty()) source.emplace(find_model(o.model));
  const ModelConfig config = source ? source->config() : sized_config(o.size);
  auto model = std::make_unique<Model>(ops, config, 1, Purpose::kInference);
  std::vector<float> parameters(static_cast<std::size_t>(model->layout().total()));
  if (source) {
    source->read(parameters);
  } else {
    initialise_parameters(config, model->layout(), 0, parameters);
  }
  model->set_parameters(parameters);
  return model;
}

/// Returns -log softmax(logits)[at].
double nats(std::span<const float> logits, std::size_t at) {
  const double most = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return std::log(sum) + most - logits[at];
}

struct Followed {
  std::vector<double> nats;     ///< per triple
  std::vector<double> seconds;  ///< per triple
};

/// Scores the triples after the first kContext.
class Follower {
 public:
  Follower(Model& model, Window window) : decoder_(model, 1), history_(kAutoregress, window) {}

  Followed follow(std::span<const Event> events) {
    for (const Event& event : events.first(kContext)) history_.append(event);
    predict(events[kContext - 1].time, events[kContext]);  // fills the cache
    Followed followed;
    for (std::size_t i = kContext; i < events.size(); ++i) {
      const auto start = std::chrono::steady_clock::now();
      followed.nats.push_back(predict(events[i - 1].time, events[i]));
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      followed.seconds.push_back(took.count());
      history_.append(events[i]);
    }
    return followed;
  }

 private:
  double predict(std::uint32_t now, const Event& event) {
    history_.look(now);
    const std::uint32_t time =
        std::min<std::uint32_t>(event.time - history_.offset(), kMaxTime - 1);
    double sum = next({kTimeOffset, kTimeOffset + kMaxTime}, static_cast<Token>(time));
    sum += next({kDurationOffset, kDurationOffset + kMaxDuration}, event.duration);
    return sum + next({kNoteOffset, kRest + 1}, event.note);
  }
  double next(TokenRange range, Token token) {
    logits_.resize(static_cast<std::size_t>(range.size()));
    const DecoderRow row{0, history_.context()};
    decoder_.next({&row, 1}, range, logits_);
    history_.add(token);
    return nats(logits_, static_cast<std::size_t>(token - range.first));
  }

  Decoder decoder_;
  History history_;
  std::vector<float> logits_;
};

double mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

double median(std::vector<double> x) {
  std::ranges::nth_element(x, x.begin() + std::ssize(x) / 2);
  return x[x.size() / 2];
}

void run(const Options& o) {
  std::vector<Event> events;
  const std::vector<Event> piece = read_prompt(o.file);
  pad(piece, piece.empty() ? 0 : piece.back().time, events);
  if (events.size() < kContext + o.triples) throw Error(o.file + " is too short");
  events.resize(kContext + o.triples);
  const auto ops =
      make_cpu_ops(o.threads, o.precision == "bf16" ? Precision::kBf16 : Precision::kF32);
  const auto model = make_model(*ops, o);
  const Followed block = Follower(*model, Window::kBlock).follow(events);
  const Followed exact = Follower(*model, Window::kExact).follow(events);
  std::vector<double> lost;
  double squares = 0;
  for (std::size_t i = 0; i < exact.nats.size(); ++i) {
    lost.push_back((block.nats[i] - exact.nats[i]) / 3);
  }
  for (const double l : lost) squares += (l - mean(lost)) * (l - mean(lost));
  const double error = std::sqrt(squares) / static_cast<double>(lost.size());
  std::printf(
      "%s: tokens/s %.1f exact, %.1f block, %.1f between two blocks; nats per token %.4f exact, "
      "%+.4f +- %.4f block, %zu triples\n",
      ops->description().c_str(), 3 / mean(exact.seconds), 3 / mean(block.seconds),
      3 / median(block.seconds), mean(exact.nats) / 3, mean(lost), error, lost.size());
}

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  return amt::bench_main("window_bench", [&] { amt::run(amt::parse(argc, argv)); });
}
