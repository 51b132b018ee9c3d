#include "amt/generate/sample.hpp"

#include <fmt/core.h>

#include <vector>

#include "amt/base/activity.hpp"
#include "ensemble.hpp"
#include "output.hpp"
#include "prompt.hpp"

namespace amt {
namespace {

constexpr double kTopP = 0.98;

}  // namespace

std::string generation_refusal(const ModelConfig& config) {
  if (config.vocab_size != kArrivalVocabulary) {
    return fmt::format(
        "has a vocabulary of {} tokens, not the {} of the arrival encoding: only models that "
        "were trained without --interarrival can generate",
        config.vocab_size, kArrivalVocabulary);
  }
  if (config.seq_len >= kContextLength) return "";
  return fmt::format("sees {} tokens at a time, but generating needs {}", config.seq_len,
                     kContextLength);
}

void write_sample(Model& model, std::uint64_t seed, const std::filesystem::path& file) {
  GenerationTask task;
  task.end = kDefaultLength;
  Decoder decoder(model, 1);
  std::vector<Sample> samples;
  samples.emplace_back(0, Generation(task, Window::kBlock));
  Ensemble ensemble(decoder, samples, {kTopP, 1}, seed);
  // A model that has not learned anything yet may never reach the end.
  for (int token = 0; token < kContextLength && ensemble.step(); ++token) note_progress();
  const Events piece = samples.front().generation.result();
  // Written first, so that the MIDI file never exists without its picture.
  draw_piece(piece, task, file.filename().string(),
             std::filesystem::path(file).replace_extension(".svg"));
  write_piece(piece, file);
}

}  // namespace amt
