// Tests the choice among proposed algorithms, with made-up times.
#include "src/cuda/product_choice.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace amt::cuda {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr const char* kCard = "NVIDIA H200, cuBLASLt 13.1.0";
const std::vector<std::string> kProposals = {"id 1", "id 2", "id 3"};
const MatmulPlan kLarge = plan_linear_weight(32768, 768, 2304);
const MatmulPlan kSmall = plan_linear_weight(64, 128, 384);

/// A timer that returns fixed times and counts how often each was measured.
struct Stopwatch {
  std::vector<double> seconds;
  int asked = 0;
  ProductChoice::Seconds times() {
    return [this](std::size_t i) { return ++asked, seconds[i]; };
  }
};

ProductChoice timing_choice(const std::string& setting = kCard) {
  ProductChoice choice(setting);
  choice.set_timing(true);
  return choice;
}

TEST(ProductChoice, TakesTheFastest) {
  ProductChoice choice = timing_choice();
  Stopwatch watch{{3, 1, 2}};
  EXPECT_EQ(choice.choose(kLarge, kProposals, watch.times()), 1u);
}

TEST(ProductChoice, TakesTheFirstIfAllAreEqualOrNoneWorks) {
  Stopwatch equal{{2, 1, 1}}, broken{{kNever, kNever, kNever}}, first_broken{{kNever, 7, 8}};
  EXPECT_EQ(timing_choice().choose(kLarge, kProposals, equal.times()), 1u);
  EXPECT_EQ(timing_choice().choose(kLarge, kProposals, broken.times()), 0u);
  EXPECT_EQ(timing_choice().choose(kLarge, kProposals, first_broken.times()), 1u);
}

// A card that is slow at first, or once in a while, must not affect the choice.
TEST(ProductChoice, TheBestOfSeveralRoundsCounts) {
  ProductChoice choice = timing_choice();
  int calls = 0;
  const auto seconds = [&](std::size_t i) {
    const bool first_round = ++calls <= 3;
    return first_round ? 1.0 + static_cast<double>(i) : (i == 2 ? 0.1 : 0.5);
  };
  EXPECT_EQ(choice.choose(kLarge, kProposals, seconds), 2u);
}

TEST(ProductChoice, NothingIsTimedUnlessRequested) {
  Stopwatch watch{{3, 1, 2}};
  EXPECT_EQ(ProductChoice(kCard).choose(kLarge, kProposals, watch.times()), 0u);
  EXPECT_EQ(timing_choice().choose(kSmall, kProposals, watch.times()), 0u);
  EXPECT_EQ(watch.asked, 0);
}

TEST(ProductChoice, ARecordedChoiceIsUsedWithoutTiming) {
  ProductChoice before = timing_choice();
  Stopwatch watch{{3, 1, 2}}, other{{1, 2, 3}};
  before.choose(kLarge, kProposals, watch.times());
  ProductChoice after = timing_choice();
  EXPECT_EQ(after.take(before.record()), "");
  EXPECT_EQ(after.choose(kLarge, kProposals, other.times()), 1u);
  EXPECT_EQ(other.asked, 0);
  EXPECT_EQ(after.record(), before.record());
  // A product of the same shape that overwrites instead of accumulating needs its own choice.
  EXPECT_EQ(after.choose(plan_linear_forward(32768, 768, 2304, false), kProposals, other.times()),
            0u);
  EXPECT_GT(other.asked, 0);
}

TEST(ProductChoice, ARecordedAlgorithmThatHasChangedIsNotUsed) {
  ProductChoice before = timing_choice();
  Stopwatch watch{{3, 1, 2}};
  before.choose(kLarge, kProposals, watch.times());
  ProductChoice after = timing_choice();
  EXPECT_EQ(after.take(before.record()), "");
  EXPECT_EQ(after.choose(kLarge, {"id 1", "id 5", "id 3"}, watch.times()), 1u);
  EXPECT_EQ(watch.asked, 24);
  after.set_timing(false);
  EXPECT_EQ(after.choose(kLarge, {"id 1"}, watch.times()), 0u);
}

TEST(ProductChoice, RefusesRecordsThatAreDamagedOrFromAnotherCard) {
  ProductChoice before = timing_choice("NVIDIA L4, cuBLASLt 13.1.0");
  Stopwatch watch{{3, 1, 2}};
  before.choose(kLarge, kProposals, watch.times());
  ProductChoice after = timing_choice();
  after.choose(kLarge, kProposals, watch.times());
  const std::string own = after.record();
  EXPECT_EQ(after.take(before.record()),
            "it is for NVIDIA L4, cuBLASLt 13.1.0, but this is NVIDIA H200, cuBLASLt 13.1.0");
  const std::string head = R"({"format":"amt-algorithms","version":)";
  for (const std::string& text :
       {std::string(), std::string("{"), head + "2}", head + R"(1,"device":")" + kCard + "\"}",
        head + R"(1,"device":")" + kCard + R"(","products":{"a":[1]}})",
        head + R"(1,"device":")" + kCard + R"(","products":{"a":[-1,"id 1"]}})"}) {
    EXPECT_NE(after.take(text), "") << text;
  }
  EXPECT_EQ(after.record(), own);
}

}  // namespace
}  // namespace amt::cuda
