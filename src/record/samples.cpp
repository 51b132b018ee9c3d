#include "samples.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <span>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/midi/piano_roll.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShown = 3;
constexpr std::uint64_t kMostBytes = 1 << 20;  // limit for a sample, to keep the page small

/// Returns the steps with samples, newest first.
std::vector<std::int64_t> sample_steps(const RunPaths& paths) {
  std::vector<std::int64_t> steps;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(paths.samples(), failed)) {
    const auto step = RunPaths::step_of(entry.path().stem().string());
    if (step && entry.path() == paths.sample(*step)) steps.push_back(*step);
  }
  std::ranges::sort(steps, std::greater());
  return steps;
}

PianoRoll roll_of(const fs::path& file, std::int64_t step) {
  const std::string bytes = read_text(file, kMostBytes);
  MidiParser parser;
  std::vector<Note> notes;
  notes_of(parser.parse(std::as_bytes(std::span(bytes))), notes);
  return piano_roll_of(notes, fmt::format("A sample after {} steps", step));
}

}  // namespace

std::vector<RunSample> newest_samples(const RunPaths& paths) {
  std::vector<RunSample> samples;
  for (const std::int64_t step : sample_steps(paths)) {
    if (samples.size() == kShown) break;
    try {
      samples.push_back({step, roll_of(paths.sample(step), step)});
    } catch (const std::runtime_error&) {
      continue;
    }
  }
  return samples;
}

void remove_samples_after(const RunPaths& paths, std::int64_t step) {
  for (const std::int64_t sample : sample_steps(paths)) {
    if (sample <= step) continue;
    std::error_code ignored;  // if this fails, the same step overwrites the sample later
    fs::remove(paths.sample(sample), ignored);
    fs::remove(paths.sample(sample).replace_extension(".svg"), ignored);
  }
}

}  // namespace amt
