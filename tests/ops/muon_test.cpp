// Tests Muon's update: the plain code by singular values, the CPU's code against the plain code.
#include "amt/cpu/cpu_ops.hpp"
#include "bf16_numbers.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Shape {
  Dim rows, columns, stride;
};

/// The state of a matrix within a larger one, after some updates.
struct Trained {
  std::vector<double> parameters, momentum;
};

std::vector<float> gradients(const Shape& s, int update) {
  return normal<float>(s.rows * s.stride, 10 + std::uint64_t(update), 0.01);
}

MuonStep step_of(int update) {
  return {.learning_rate = 1e-2 / update, .weight_decay = 0.1, .gradient_scale = 0.7};
}

Trained by_plain(const Shape& s, int updates) {
  Trained t{normal<double>(s.rows * s.stride, 1), std::vector<double>(s.rows * s.stride)};
  for (int update = 1; update <= updates; ++update) {
    const auto g = convert<double>(gradients(s, update));
    plain::run(MuonOf<double, double>{t.parameters.data(), t.momentum.data(), g.data(), nullptr,
                                      s.rows, s.columns, s.stride, step_of(update)});
  }
  return t;
}

Trained by_ops(Ops& ops, const Shape& s, int updates) {
  auto p = normal<float>(s.rows * s.stride, 1), m = std::vector<float>(p.size());
  const Buffer work = Buffer::activations(ops, muon_work(s.rows, s.columns));
  for (int update = 1; update <= updates; ++update) {
    const auto g = gradients(s, update);
    ops.run(Muon{p.data(), m.data(), g.data(), work.activation(), s.rows, s.columns, s.stride,
                 step_of(update)});
  }
  return {convert<double>(p), convert<double>(m)};
}

/// Returns the change of the parameters since the start.
std::vector<double> change(const Shape& s, const Trained& t) {
  auto difference = normal<double>(s.rows * s.stride, 1);
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= t.parameters[i];
  return difference;
}

class MuonShapes : public testing::TestWithParam<Shape> {};

TEST_P(MuonShapes, AgreesWithPlainOverSeveralUpdates) {
  const Shape s = GetParam();
  const auto ops = make_cpu_ops(2);
  const Trained expected = by_plain(s, 3), got = by_ops(*ops, s, 3);
  EXPECT_LT(distance(got.momentum, expected.momentum), 2e-6);
  EXPECT_LT(distance(change(s, got), change(s, expected)), 1e-4);
}

TEST_P(MuonShapes, AgreesWithPlainInBf16) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
  const Shape s = GetParam();
  const auto ops = make_cpu_ops(2, Precision::kBf16);
  const Trained expected = by_plain(s, 3), got = by_ops(*ops, s, 3);
  EXPECT_LT(distance(got.momentum, expected.momentum), 2e-6);
  EXPECT_LT(distance(change(s, got), change(s, expected)), 0.1);
}

INSTANTIATE_TEST_SUITE_P(Some, MuonShapes,
                         testing::Values(Shape{16, 16, 48}, Shape{24, 96, 96}, Shape{96, 24, 24},
                                         Shape{40, 64, 100}, Shape{8, 8, 8}));

// Tests x^T x, whose eigenvalues are the squared singular values, for an update x in units of
// muon_rate().
TEST(Muon, UpdatesAreNearlyOrthogonal) {
  const Shape s{12, 40, 40};
  std::vector<double> p(s.rows * s.columns), m(p.size());
  const auto g = normal<double>(Dim(p.size()), 5, 1e-3);
  const MuonStep step{.learning_rate = 1, .momentum = 0};
  plain::run(MuonOf<double, double>{p.data(), m.data(), g.data(), nullptr, s.rows, s.columns,
                                    s.stride, step});
  double squares = 0;
  for (Dim i = 0; i < s.rows; ++i) {
    for (Dim j = 0; j < s.rows; ++j) {
      double dot = 0;
      for (Dim c = 0; c < s.columns; ++c) dot += p[i * s.columns + c] * p[j * s.columns + c];
      dot /= std::pow(muon_rate(step, s.rows, s.columns), 2);
      EXPECT_NEAR(dot, i == j ? 0.85 : 0, i == j ? 0.6 : 0.35) << i << " " << j;
      squares += i == j ? dot : 0;
    }
  }
  EXPECT_NEAR(squares / double(s.rows), 0.85, 0.3);
}

TEST(Muon, ZeroStaysZeroAndNothingOutsideTheMatrixChanges) {
  const auto ops = make_cpu_ops(1);
  const Dim rows = 8, columns = 8, stride = 24;
  std::vector<float> p(rows * stride, 0), m(p.size()), g(p.size());
  const Buffer work = Buffer::activations(*ops, muon_work(rows, columns));
  const Muon op{
      p.data() + 8, m.data() + 8, g.data() + 8, work.activation(),
      rows,         columns,      stride,       {.learning_rate = 1, .weight_decay = 0.1}};
  ops->run(op);
  EXPECT_EQ(p, std::vector<float>(p.size()));
  std::ranges::copy(normal<float>(Dim(g.size()), 3), g.begin());
  ops->run(op);
  for (Dim i = 0; i < Dim(p.size()); ++i) {
    const bool inside = i % stride >= 8 && i % stride < 16;
    EXPECT_EQ(p[i] != 0, inside) << i;
    EXPECT_EQ(m[i] != 0, inside) << i;
  }
}

TEST(Muon, RefreshesTheCopyOfTheWeights) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
  const auto ops = make_cpu_ops(1, Precision::kBf16);
  const Dim side = 16;
  auto p = normal<float>(side * side + side, 1);
  std::vector<float> m(p.size());
  const auto g = normal<float>(Dim(p.size()), 2);
  const Buffer x = Buffer::activations(*ops, side), out = Buffer::activations(*ops, side);
  const Buffer work = Buffer::activations(*ops, muon_work(side, side));
  const auto product = [&] {
    ops->run(LinearForward{.out = out.activation(),
                           .x = x.activation(),
                           .weight = p.data(),
                           .bias = p.data() + side * side,
                           .n = 1,
                           .in_width = side,
                           .out_width = side});
    return std::vector<std::uint16_t>(out.as<std::uint16_t>(), out.as<std::uint16_t>() + side);
  };
  std::fill_n(x.as<std::uint16_t>(), side, std::uint16_t{0x3f80});  // 1
  Weights weights(*ops, p.data(), Dim(p.size()));
  weights.refresh();
  const auto before = product();
  ops->run(Muon{
      p.data(), m.data(), g.data(), work.activation(), side, side, side, {.learning_rate = 1}});
  const auto after = product();
  weights.refresh();
  EXPECT_NE(after, before);
  EXPECT_EQ(after, product());
}

TEST(Muon, ItsWorkIsASmallFractionOfAStep) {
  double flops = 0;  // for GPT-2 small
  for (int block = 0; block < 12; ++block) {
    flops += 4 * muon_flops(768, 768) + muon_flops(768, 3072) + muon_flops(3072, 768);
  }
  const double step = 6 * 124e6 * 512 * 1024;
  EXPECT_LT(flops / step, 0.02);
  EXPECT_GT(flops / step, 0.001);
}

}  // namespace
}  // namespace amt
