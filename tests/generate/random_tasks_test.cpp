// Checks properties that every generated piece must have, with random requests for real files.
// AMT_RANDOM_TASKS sets the number of requests; the default is 1,000.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "amt/base/error.hpp"
#include "src/generate/ensemble.hpp"
#include "src/generate/prompt.hpp"
#include "tiny_music_model.hpp"

namespace amt {
namespace {

int task_count() {
  const char* asked = std::getenv("AMT_RANDOM_TASKS");
  return asked != nullptr ? std::atoi(asked) : 1000;
}

std::vector<std::filesystem::path> midi_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(test::golden_dir() / "tree")) {
    if (entry.path().extension() == ".mid") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<int> instruments_of(const Events& events) {
  std::set<int> found;
  for (const Event& event : events) found.insert(instrument_of(event));
  return {found.begin(), found.end()};
}

GenerationRequest random_request(const Events& prompt, std::mt19937& engine) {
  const auto below = [&](std::uint32_t n) {
    return n == 0 ? 0 : static_cast<std::uint32_t>(engine() % n);
  };
  const std::uint32_t end = prompt.back().time;
  GenerationRequest request;
  request.prompt_name = "prompt";
  request.mode = below(2) == 0 ? GenerationMode::kAnticipatory : GenerationMode::kAutoregressive;
  request.length = 50 + below(300);
  if (below(3) > 0) request.from = below(end + 1);
  if (below(3) == 0) {
    const std::uint32_t first = below(end);
    request.hole = {first, first + 1 + below(300)};
  }
  if (below(2) == 0) {
    for (const int instrument : instruments_of(prompt)) {
      if (below(2) == 0) request.keep.push_back(instrument);
    }
  }
  return request;
}

/// Returns the events as a multiset, ignoring their order.
std::multiset<std::tuple<std::uint32_t, Token, Token>> counted(const Events& events) {
  std::multiset<std::tuple<std::uint32_t, Token, Token>> all;
  for (const Event& event : events) all.emplace(event.time, event.duration, event.note);
  return all;
}

void expect_music(const GenerationTask& task, const Generation& generation) {
  Events added;
  for (const Event& event : generation.drawn()) {
    EXPECT_GE(event.time, task.start);
    EXPECT_LT(event.time, task.end);
    EXPECT_GE(event.duration, kDurationOffset);
    EXPECT_LT(event.duration, kDurationOffset + kMaxDuration);
    EXPECT_GE(event.note, kNoteOffset);
    EXPECT_LE(event.note, kRest);
    if (event.note != kRest) added.push_back(event);
  }
  const bool told = task.mode == GenerationMode::kAnticipatory;
  const Events piece = told ? combine(generation.result(), task.controls) : generation.result();
  EXPECT_TRUE(std::ranges::is_sorted(piece, {}, &Event::time));
  EXPECT_LE(instruments_of(piece).size(), kMostInstruments);
  // The piece must consist of the original notes and the sampled ones.
  auto expected = counted(combine(task.inputs, task.controls));
  expected.merge(counted(added));
  EXPECT_EQ(counted(piece), expected);
}

TEST(RandomTasks, ObeyTheRules) {
  test::TinyMusicModel tiny;
  Decoder decoder(tiny.model, 1);
  const std::vector<std::filesystem::path> files = midi_files();
  std::mt19937 engine(7);
  int done = 0;
  for (int i = 0; i < 20 * task_count() && done < task_count(); ++i) {
    const std::filesystem::path& file = files[engine() % files.size()];
    GenerationTask task;
    try {
      const Events prompt = read_prompt(file);
      task = make_task(prompt, random_request(prompt, engine));
    } catch (const Error&) {
      continue;  // some files contain no music, and some requests do not fit
    }
    SCOPED_TRACE(file.filename().string() + ", " + std::to_string(i));
    std::vector<Sample> samples;
    samples.emplace_back(0, Generation(task, engine() % 2 == 0 ? Window::kExact : Window::kBlock));
    Ensemble ensemble(decoder, samples, {engine() % 2 == 0 ? 1.0 : 0.95, 1.0}, engine());
    // A random model may sample rests, or notes at the same time, forever, so the number of steps
    // is limited.
    for (int step = 0; step < 900 && ensemble.step(); ++step) {
    }
    expect_music(task, samples[0].generation);
    if (testing::Test::HasFailure()) return;
    ++done;
  }
  EXPECT_EQ(done, task_count());
}

}  // namespace
}  // namespace amt
