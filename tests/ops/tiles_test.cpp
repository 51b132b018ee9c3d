// Products of few rows with tiled matrices must agree with the plain sum, and their bits must
// depend neither on other rows nor on the number of threads.
#include "src/cpu/tiles.hpp"

#include <bit>
#include <span>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/ops/int8_weights.hpp"
#include "numbers.hpp"
#include "src/cpu/rows.hpp"

namespace amt {
namespace {

using namespace test;

constexpr Dim kRows = 16;

struct Shape {
  Dim depth, columns;
};
constexpr Shape kShapes[] = {{1, 1}, {5, 3}, {64, 32}, {96, 288}, {61, 1037}, {768, 2304}};

class Tiles : public testing::Test {
 protected:
  void make(const Shape& s, bool int8) {
    shape_ = s;
    x_ = normal<float>(kRows * s.depth, 1);
    w_ = normal<float>(s.depth * s.columns, 2);
    bias_ = normal<float>(s.columns, 3);
    matrix_ = cpu::cut_into_tiles(*memory_, 2, w_.data(), s.depth, s.columns, int8);
  }
  template <class T>
  std::vector<T> product(const std::vector<T>& x, int threads, Dim n, Dim first_row = 0) {
    cpu::Context<T> cpu(*memory_, threads);
    std::vector<T> out(std::size_t(n * shape_.columns));
    cpu::tiled_affine(cpu, out.data(), x.data() + first_row * shape_.depth, matrix_, bias_.data(),
                      n);
    return out;
  }
  template <class T>
  void expect_rows_alone(const std::vector<T>& x) {
    const auto all = product(x, 3, kRows);
    const auto bits = [](const auto& values) { return std::as_bytes(std::span(values)); };
    for (Dim i = 0; i < kRows; ++i) {
      const std::vector<T> row(all.begin() + i * shape_.columns,
                               all.begin() + (i + 1) * shape_.columns);
      EXPECT_TRUE(std::ranges::equal(bits(row), bits(product(x, 1, 1, i)))) << "row " << i;
    }
  }
  static std::vector<Bf16> narrow(const std::vector<float>& x) {
    std::vector<Bf16> out(x.size());
    cpu::to_bf16(out.data(), x.data(), std::ssize(x));
    return out;
  }
  static std::vector<float> wide(const std::vector<Bf16>& x) {
    std::vector<float> out(x.size());
    cpu::to_float(out.data(), x.data(), std::ssize(x));
    return out;
  }
  /// Returns row 0 times the matrix.
  std::vector<double> plain(const std::vector<float>& x, const std::vector<float>& w) const {
    std::vector<double> out(bias_.begin(), bias_.end());
    for (Dim d = 0; d < shape_.depth; ++d) {
      for (Dim c = 0; c < shape_.columns; ++c) {
        out[c] += double{x[d]} * double{w[d * shape_.columns + c]};
      }
    }
    return out;
  }
  std::vector<float> rounded_weights() const {
    const std::vector<float> steps = int8_steps(w_.data(), shape_.depth, shape_.columns);
    std::vector<float> out(w_.size());
    for (std::size_t i = 0; i < w_.size(); ++i) {
      out[i] = in_steps(w_[i], steps[i % steps.size()]) * steps[i % steps.size()];
    }
    return out;
  }

  std::unique_ptr<Ops> memory_ = make_cpu_ops(1);
  Shape shape_{};
  std::vector<float> x_, w_, bias_;
  cpu::TiledMatrix matrix_{};
};

std::vector<double> doubles(const std::vector<float>& x) { return {x.begin(), x.end()}; }

TEST_F(Tiles, Bf16AgreesWithThePlainProduct) {
  if (!cpu::multiplies_tiles()) GTEST_SKIP() << "AMX kernels are not in use";
  for (const Shape& s : kShapes) {
    make(s, false);
    const std::vector<Bf16> x = narrow(x_);
    EXPECT_LT(distance(doubles(wide(product(x, 2, 1))), plain(wide(x), wide(narrow(w_)))),
              1.0 / 256);
    expect_rows_alone(x);
  }
}

TEST_F(Tiles, Int8AgreesWithTheProductOfRoundedWeights) {
  for (const Shape& s : kShapes) {
    make(s, true);
    EXPECT_LT(distance(doubles(product(x_, 2, 1)), plain(x_, rounded_weights())), 6e-5);
    expect_rows_alone(x_);
    const std::vector<Bf16> x = narrow(x_);
    EXPECT_LT(distance(doubles(wide(product(x, 2, 1))), plain(wide(x), rounded_weights())),
              1.0 / 256);
    expect_rows_alone(x);
  }
}

// All values are integers, so every instruction set must give these bits.
TEST_F(Tiles, Int8SumsWithoutRounding) {
  make({768, 64}, true);
  const std::vector<float> got = product(x_, 1, 1);
  const std::vector<float> steps = int8_steps(w_.data(), shape_.depth, shape_.columns);
  std::vector<std::int8_t> high(x_.size()), low(x_.size());
  const float step = cpu::in_two_bytes(high.data(), low.data(), x_.data(), shape_.depth);
  for (Dim c = 0; c < shape_.columns; ++c) {
    std::int32_t highs = 0, lows = 0;
    for (Dim d = 0; d < shape_.depth; ++d) {
      const auto w = static_cast<std::int32_t>(in_steps(w_[d * shape_.columns + c], steps[c]));
      highs += high[d] * w;
      lows += low[d] * w;
    }
    const float sum = static_cast<float>(highs) * 256 + static_cast<float>(lows);
    EXPECT_EQ(got[c], sum * step * steps[c] + bias_[c]);
  }
}

TEST_F(Tiles, TwoBytesPerValueRepresentARowToWithinOneStep) {
  const std::vector<float> x = {0, 1, -3, 2.5F, 0.001F, -0.7F};
  std::vector<std::int8_t> high(x.size()), low(x.size());
  const float step = cpu::in_two_bytes(high.data(), low.data(), x.data(), std::ssize(x));
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(static_cast<float>(256 * high[i] + low[i]) * step, x[i], 0.51F * step);
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(cpu::in_two_bytes(high.data(), low.data(), &nan, 1)));
}

}  // namespace
}  // namespace amt
