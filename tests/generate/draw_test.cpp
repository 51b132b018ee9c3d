#include "src/generate/draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace amt {
namespace {

/// Returns the size of the nucleus, computed by its definition.
std::size_t allowed_by_comparing(const std::vector<float>& logits, double top_p) {
  const float most = *std::ranges::max_element(logits);
  std::vector<double> weights;
  for (const float logit : logits) weights.push_back(std::exp(double{logit} - double{most}));
  std::ranges::stable_sort(weights, std::greater());
  std::array<float, 16> lanes = {};
  for (std::size_t i = 0; i < weights.size(); ++i) lanes[i % 16] += static_cast<float>(weights[i]);
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  double sum = 0;
  std::size_t kept = 0;
  while (kept < weights.size() && !(static_cast<float>(sum) > static_cast<float>(top_p))) {
    sum += double{static_cast<float>(weights[kept++]) / lanes[0]};
  }
  return std::min<std::size_t>(kept, static_cast<std::size_t>(std::ranges::count_if(
                                         weights, [](double w) { return w > 0; })));
}

TEST(Drawing, DrawsFromTheNucleus) {
  std::mt19937 engine(3);
  std::normal_distribution<float> normal(0, 3);
  for (const double top_p : {0.1, 0.5, 0.9, 0.98, 0.9999}) {
    for (const std::size_t size : {1, 2, 17, 1000, 16513}) {
      std::vector<float> logits(size);
      for (float& logit : logits) logit = normal(engine);
      if (size > 100) std::fill(logits.begin() + 20, logits.begin() + 60, 4.0f);  // equal logits
      if (size > 2) logits[1] = -std::numeric_limits<float>::infinity();
      Drawing drawing({top_p, 1});
      const std::size_t drawn = drawing.draw(logits, 0.4);
      EXPECT_EQ(drawing.allowed(), allowed_by_comparing(logits, top_p)) << top_p << ' ' << size;
      EXPECT_TRUE(size < 3 || drawn != 1);
    }
  }
}

// At the edge of the nucleus, logits must be compared exactly: as floats, the probabilities of
// these tokens would be equal.
TEST(Drawing, DistinguishesLogitsWithEqualProbabilities) {
  const std::vector<float> logits = {0, -1e-9f, 0, -1e-9f};
  Drawing drawing({0.4, 1});
  std::vector<std::size_t> drawn;
  for (const double u : {0.0, 0.3, 0.6, 0.99}) drawn.push_back(drawing.draw(logits, u));
  EXPECT_EQ(drawing.allowed(), 2u);
  EXPECT_EQ(drawn, (std::vector<std::size_t>{0, 0, 2, 2}));
}

}  // namespace
}  // namespace amt
