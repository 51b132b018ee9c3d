// Tests the statistics of dropout masks, what they depend on, and that the fast masks equal the
// specified ones.
#include "amt/ops/dropout.hpp"

#include <set>

#include "amt/cpu/cpu_ops.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

constexpr Dim kWidth = 768;

Dropout some_dropout(double rate) {
  return {.rate = rate,
          .seed = 0x123456789ABCDEFu,
          .step = 77,
          .first_row = 5,
          .seq_len = 16,
          .layer = 3,
          .site = DropoutSite::kMlp};
}

std::vector<bool> mask(const Dropout& d, Dim n) {
  std::vector<bool> kept;
  for (Dim i = 0; i < n; ++i) {
    for (Dim c = 0; c < kWidth; ++c) kept.push_back(dropout_factor(d, i, c, kWidth) > 0);
  }
  return kept;
}

double share_equal(const std::vector<bool>& a, const std::vector<bool>& b) {
  double equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return equal / static_cast<double>(a.size());
}

TEST(Dropout, DropsTheGivenFractionAndKeepsTheMean) {
  for (const double rate : {0.1, 0.5}) {
    double dropped = 0, sum = 0;
    const Dim n = 256;
    for (Dim i = 0; i < n; ++i) {
      for (Dim c = 0; c < kWidth; ++c) {
        const double factor = dropout_factor(some_dropout(rate), i, c, kWidth);
        dropped += factor == 0;
        sum += factor;
      }
    }
    const double count = double(n * kWidth), sigma = std::sqrt(rate * (1 - rate) / count);
    EXPECT_NEAR(dropped / count, rate, 4 * sigma + 1e-5);
    EXPECT_NEAR(sum / count, 1, 4 * sigma / (1 - rate) + 1e-5);
  }
}

TEST(Dropout, RateZeroKeepsEverything) {
  EXPECT_EQ(dropout_factor(some_dropout(0), 1, 2, kWidth), 1.0f);
}

// Masks for different keys must agree as often as independent masks would: 0.9^2 + 0.1^2.
TEST(Dropout, EveryPartOfTheKeyChangesTheMask) {
  const Dropout base = some_dropout(0.1);
  std::vector<Dropout> others(6, base);
  others[0].seed ^= 1;
  others[1].seed ^= std::uint64_t{1} << 40;
  others[2].step += 1;
  others[3].first_row += 100;
  others[4].layer += 1;
  others[5].site = DropoutSite::kAttention;
  const std::vector<bool> of_base = mask(base, 16);
  for (const Dropout& other : others)
    EXPECT_NEAR(share_equal(of_base, mask(other, 16)), 0.82, 0.02);
}

TEST(Dropout, NeighbouringElementsAreIndependent) {
  const std::vector<bool> kept = mask(some_dropout(0.5), 64);
  for (const std::size_t lag : {1u, 2u, 7u, 8u, 768u}) {
    const std::vector<bool> a(kept.begin(), kept.end() - std::ptrdiff_t(lag));
    const std::vector<bool> b(kept.begin() + std::ptrdiff_t(lag), kept.end());
    EXPECT_NEAR(share_equal(a, b), 0.5, 0.01) << "lag " << lag;
  }
}

TEST(Dropout, ARowsMaskDoesNotDependOnTheOtherRows) {
  Dropout whole = some_dropout(0.1), part = whole;
  part.first_row += 2;
  const std::vector<bool> all = mask(whole, 3 * whole.seq_len);
  const std::vector<bool> last = mask(part, part.seq_len);
  EXPECT_TRUE(std::equal(last.begin(), last.end(), all.end() - std::ptrdiff_t(last.size())));
}

TEST(Dropout, FastMasksEqualTheSpecification) {
  const auto ops = make_cpu_ops(2);
  for (const Dim width : {8, 520, 768, 1280, 13}) {
    const Dim n = 40;
    const Dropout d = some_dropout(0.3);
    std::vector<float> x(n * width, 0), y(n * width, 1), w(width, 1), b(width, 0);
    std::vector<float> out(n * width), residual(n * width), mean(n), rstd(n);
    ops->run(LayerNormForward{.out = act(out),
                              .residual = act(residual),
                              .mean = mean.data(),
                              .rstd = rstd.data(),
                              .x = act(x),
                              .y = act(y),
                              .weight = w.data(),
                              .bias = b.data(),
                              .n = n,
                              .width = width,
                              .dropout = d});
    for (Dim i = 0; i < n; ++i) {
      for (Dim c = 0; c < width; ++c) {
        ASSERT_EQ(residual[i * width + c], dropout_factor(d, i, c, width)) << i << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace amt
