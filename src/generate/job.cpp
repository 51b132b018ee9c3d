#include "amt/generate/job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "amt/base/activity.hpp"
#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/generate/sample.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/weights/hugging_face.hpp"
#include "ensemble.hpp"
#include "output.hpp"
#include "prompt.hpp"
#include "stream.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Checks the output files before any time is spent on generating.
void check_outputs(const GenerationOptions& options) {
  for (const std::string& file : {options.out, options.save_events, options.svg}) {
    if (file.empty()) continue;
    const fs::path folder = fs::absolute(file).parent_path();
    if (!fs::is_directory(folder)) {
      throw UsageError(
          fmt::format("{} is not a folder, so {} cannot be written", folder.string(), file));
    }
    if (fs::is_directory(file))
      throw UsageError(fmt::format("{} is a folder; use a file name", file));
    if (options.stream && is_standard_output(file)) {
      throw UsageError(fmt::format("{}: standard output is used by --stream", file));
    }
  }
}

struct Request {
  GenerationTask task;
  std::optional<HuggingFaceModel> source;
};

Request prepare(const GenerationOptions& options) {
  check_outputs(options);
  Request request;
  const Events prompt = options.prompt.empty() ? Events() : read_prompt(options.prompt);
  request.task = make_task(prompt, request_of(options));
  request.source.emplace(find_model(options.model));
  const std::string refusal = generation_refusal(request.source->config());
  if (!refusal.empty()) throw Error(fmt::format("{} {}", options.model, refusal));
  return request;
}

/// Collective. Reads the file on rank 0 and sends the parameters to all ranks.
std::vector<float> read_parameters(HuggingFaceModel& source, const mpi::Communicator& world) {
  std::vector<float> parameters;
  mpi::run_on_all(world, [&] {
    parameters.resize(source.layout().total());
    if (world.rank() == 0) source.read(parameters);
  });
  world.broadcast(std::as_writable_bytes(std::span(parameters)), 0);
  return parameters;
}

/// Returns the numbers of the pieces that this rank generates: every `size`-th.
std::vector<std::uint64_t> pieces_of(const mpi::Communicator& world, int count) {
  std::vector<std::uint64_t> numbers;
  for (int n = world.rank(); n < count; n += world.size()) numbers.push_back(n);
  return numbers;
}

/// Totals for the report.
struct Drawn {
  std::uint64_t notes = 0, tokens = 0;
  double seconds = 0;  ///< seconds of music
};

/// Collective. Sums the totals over all ranks.
Drawn sum_of(const Drawn& mine, const mpi::Communicator& world) {
  std::array<double, 3> sums = {static_cast<double>(mine.notes), static_cast<double>(mine.tokens),
                                mine.seconds};
  world.all_reduce_sum(sums);
  return {static_cast<std::uint64_t>(sums[0]), static_cast<std::uint64_t>(sums[1]), sums[2]};
}

Drawn drawn_by(const std::vector<Sample>& samples, const GenerationTask& task) {
  Drawn drawn;
  for (const Sample& sample : samples) {
    drawn.notes += static_cast<std::uint64_t>(std::ranges::count_if(
        sample.generation.drawn(), [](const Event& event) { return event.note != kRest; }));
    drawn.tokens += sample.tokens;
    drawn.seconds += static_cast<double>(task.end - task.start) / kTimeResolution;
  }
  return drawn;
}

void write_outputs(const std::vector<Sample>& samples, const GenerationTask& task,
                   const GenerationOptions& options) {
  const auto count = static_cast<std::uint64_t>(options.count);
  const bool controls = options.mode == GenerationMode::kAnticipatory;
  for (const Sample& sample : samples) {
    Events piece = sample.generation.result();
    if (controls) piece = combine(piece, task.controls);
    const fs::path out = output_path(options.out, sample.number, count);
    write_piece(piece, out);
    if (!options.svg.empty()) {
      draw_piece(piece, task, out.filename().string(),
                 output_path(options.svg, sample.number, count));
    }
    if (!options.save_events.empty()) {
      write_file_atomically(output_path(options.save_events, sample.number, count), text_of(piece));
    }
  }
}

void report(const Drawn& all, double elapsed) {
  log_info(
      fmt::format("{} notes in {} tokens, {:.0f} tokens/s: {:.1f} s of music in {:.1f} s, {:.1f} "
                  "times real time",
                  all.notes, all.tokens, static_cast<double>(all.tokens) / elapsed, all.seconds,
                  elapsed, all.seconds / elapsed));
}

Drawn generate_batch(Decoder& decoder, const GenerationTask& task, const GenerationOptions& options,
                     std::span<const std::uint64_t> numbers) {
  std::vector<Sample> samples;
  for (const std::uint64_t number : numbers) {
    samples.emplace_back(number, Generation(task, options.window));
  }
  Ensemble ensemble(decoder, samples, {options.top_p, options.temperature}, options.seed);
  NoteStream stream;
  while (ensemble.step()) {
    note_progress();
    if (options.stream) stream.print(samples[0].generation.drawn());
  }
  if (stream.seconds_to_first_note() > 0) {
    log_info(
        fmt::format("the first note came after {:.0f} ms", 1000 * stream.seconds_to_first_note()));
  }
  write_outputs(samples, task, options);
  return drawn_by(samples, task);
}

}  // namespace

void generate_music(const mpi::Communicator& world, const GenerationOptions& options) {
  std::optional<Request> request;
  mpi::run_on_all(world, [&] { request.emplace(prepare(options)); });
  const Device device = open_rank_device(options.device.wishes(), world);
  Drawn drawn;
  const auto start = std::chrono::steady_clock::now();
  std::vector<float> parameters = read_parameters(*request->source, world);
  mpi::run_on_all(world, [&] {
    Model model(*device.ops, request->source->config(), 1, Purpose::kInference);
    if (options.device.weights == WeightFormat::kInt8) round_to_int8(model.layout(), parameters);
    model.set_parameters(parameters);
    const std::vector<std::uint64_t> numbers = pieces_of(world, options.count);
    if (numbers.empty()) return;
    const std::size_t batch = std::min<std::size_t>(options.batch, numbers.size());
    Decoder decoder(model, static_cast<int>(batch));
    const Phase phase("generating");
    for (std::size_t at = 0; at < numbers.size(); at += batch) {
      const auto part = std::span(numbers).subspan(at, std::min(batch, numbers.size() - at));
      const Drawn more = generate_batch(decoder, request->task, options, part);
      drawn.notes += more.notes;
      drawn.tokens += more.tokens;
      drawn.seconds += more.seconds;
    }
  });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  report(sum_of(drawn, world), elapsed.count());
}

}  // namespace amt
