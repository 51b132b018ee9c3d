// Compares generation with recorded runs of the reference's sampler with a tiny model, token by
// token.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "src/generate/draw.hpp"
#include "src/generate/generation.hpp"
#include "support/golden.hpp"
#include "tiny_music_model.hpp"

namespace amt {
namespace {

using Json = nlohmann::json;

const Json& cases() {
  static const Json all =
      Json::parse(test::read_golden(test::golden_generation_dir() / "cases.json.gz"));
  return all;
}

Events events_of(const Json& tokens) {
  Events events;
  for (std::size_t i = 0; i + 2 < tokens.size(); i += 3) {
    const int note = tokens[i + 2];
    const int time = tokens[i].get<int>() - (note >= kControlOffset ? kControlOffset : 0);
    events.push_back(
        {static_cast<std::uint32_t>(time), tokens[i + 1].get<Token>(), static_cast<Token>(note)});
  }
  return events;
}

GenerationTask task_of(const Json& recorded) {
  GenerationTask task;
  task.inputs = events_of(recorded["inputs"]);
  task.controls = events_of(recorded["controls"]);
  task.start = recorded["start"].get<std::uint32_t>() * kTimeResolution;
  task.end = recorded["end"].get<std::uint32_t>() * kTimeResolution;
  if (recorded.value("mode", "") == "ar") task.mode = GenerationMode::kAutoregressive;
  return task;
}

/// Computes the golden model's logits for one context at a time.
class TinyModel {
 public:
  /// Returns the logits of the tokens in the range.
  std::span<float> next(std::span<const Token> context, TokenRange range) {
    logits_.resize(range.size());
    const DecoderRow row{0, context};
    decoder_.next({&row, 1}, range, logits_);
    return logits_;
  }

 private:
  test::TinyMusicModel tiny_;
  Decoder decoder_{tiny_.model, 1};
  std::vector<float> logits_;
};

class GoldenGeneration : public testing::TestWithParam<int> {};

TEST_P(GoldenGeneration, SamplesTheSameTokensAsTheReference) {
  static TinyModel model;
  const Json& recorded = cases()[static_cast<std::size_t>(GetParam())];
  SCOPED_TRACE(recorded["name"].get<std::string>());
  Generation generation(task_of(recorded), Window::kExact);
  Drawing drawing({recorded["top_p"].get<double>(), 1.0});
  int step = 0, borderline = 0;
  for (const Json& expected : recorded["steps"]) {
    ASSERT_FALSE(generation.done());
    const TokenRange legal = generation.legal();
    const std::span<float> values = model.next(generation.context(), legal);
    for (int token = legal.first; token < legal.last; ++token) {
      if (!generation.may_play(token))
        values[static_cast<std::size_t>(token - legal.first)] =
            -std::numeric_limits<float>::infinity();
    }
    const auto token =
        static_cast<int>(drawing.draw(values, expected[0].get<double>())) + legal.first;
    ASSERT_EQ(token, expected[1].get<int>()) << "step " << step << ", u " << expected[0];
    // With other kernels, the logits are rounded differently, and one token more or less may be
    // needed to reach top_p.
    const auto allowed = static_cast<int>(drawing.allowed()), there = expected[2].get<int>();
    EXPECT_NEAR(allowed, there, 1) << "step " << step;
    borderline += allowed != there;
    EXPECT_NEAR(drawing.probability(), expected[3].get<double>(),
                2e-6 + 1e-4 * expected[3].get<double>());
    generation.take(static_cast<Token>(token));
    ++step;
  }
  EXPECT_LE(borderline, step / 20);
  EXPECT_TRUE(generation.done());
  EXPECT_EQ(generation.result(), events_of(recorded["events"]));
  const Events controls =
      recorded.value("mode", "") == "ar" ? Events() : events_of(recorded["controls"]);
  EXPECT_EQ(combine(generation.result(), controls), events_of(recorded["combined"]));
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenGeneration, testing::Range(0, 13));

}  // namespace
}  // namespace amt
