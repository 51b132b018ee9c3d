#include "amt/kernels/adamw.cuh"
#include "amt/kernels/gelu.cuh"
#include "amt/kernels/sum_of_squares.cuh"
#include "amt/kernels/sums.cuh"
#include "amt/kernels/to_bf16.cuh"
#include "amt/ops/linear.hpp"
#include "amt/ops/sum_of_squares.hpp"
#include "kernel_support.hpp"

namespace amt::gpu {
namespace {

constexpr Index kGrid{2};  // fewer threads than elements, so each thread handles several
constexpr unsigned kThreads = 64;

/// A number of elements, and how many of them are accessed 16 bytes at a time: as many as possible,
/// or none.
struct Length {
  Dim n, quads;
};

class FlatKernels : public testing::TestWithParam<Length> {};

TEST_P(FlatKernels, AdamWAgreesWithPlain) {
  const auto [n, quads] = GetParam();
  const AdamWStep step{
      .learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.5, .update = 3};
  auto p = normal<double>(n, 1), m = normal<double>(n, 2, 0.1), g = normal<double>(n, 4);
  auto v = normal<double>(n, 3, 0.1);
  for (double& x : v) x = double(float(x * x));
  Array<float> gp(p), gm(m), gv(v), gg(g);
  for (const Order order : kOrders) {
    Array<float> p1(gp), m1(gm), v1(gv);
    Array<Bf16> copy(n);
    Bf16* const none = nullptr;
    launch(order, kGrid, kThreads, adamw, p1.data(), m1.data(), v1.data(), gg.data(), copy.data(),
           quads, n, adamw_coefficients(step));
    EXPECT_EQ(copy.values(), Array<Bf16>(p1.values()).values()) << "must round like to_bf16()";
    Array<float> p3(gp), m3(gm), v3(gv);
    launch(order, kGrid, kThreads, adamw, p3.data(), m3.data(), v3.data(), gg.data(), none, quads,
           n, adamw_coefficients(step));
    EXPECT_EQ(p3.values(), p1.values());
    EXPECT_TRUE(copy.fences_intact());
    auto p2 = p, m2 = m, v2 = v;
    plain::run(AdamWOf<double>{p2.data(), m2.data(), v2.data(), g.data(), n, step});
    EXPECT_LT(distance(p1.values(), p2), 1e-6);
    EXPECT_LT(distance(m1.values(), m2), 1e-6);
    EXPECT_LT(distance(v1.values(), v2), 1e-6);
    EXPECT_TRUE(p1.fences_intact() && m1.fences_intact() && v1.fences_intact());
  }
}

TEST_P(FlatKernels, SumsAndRounds) {
  const auto [n, quads] = GetParam();
  const auto x = normal<double>(n, 1);
  double expected = 0;
  plain::run(SumOfSquaresOf<double>{&expected, x.data(), n});
  for (const Order order : kOrders) {
    Array<float> gx(x);
    Array<Bf16> narrow(n);
    std::vector<double> partial(kGrid.x);
    double sum = 5;
    constexpr unsigned kThreadsOfSums = kSumWarps * kLanes;
    launch(order, kGrid, kThreadsOfSums, sum_of_squares, partial.data(), gx.data(), quads, n);
    launch(order, {1}, kThreadsOfSums, sum_all<double>, &sum, partial.data(), Dim{kGrid.x}, 1.0,
           false);
    EXPECT_NEAR(sum, expected, 1e-9 * sum + 1e-12);
    launch(order, kGrid, kThreads, to_bf16, narrow.data(), gx.data(), n);
    EXPECT_LT(distance(narrow.values(), x), kRounding);
    EXPECT_TRUE(narrow.fences_intact());
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, FlatKernels,
                         testing::Values(Length{1, 0}, Length{7, 1}, Length{129, 32},
                                         Length{1030, 257}, Length{1024, 256}, Length{200, 0}));

TEST(GeluKernels, AgreeWithPlain) {
  const Dim packs = 129;
  auto pre = bf16_normal(packs * kPack, 1, 3);
  const std::vector<double> extremes = {0, -0.0, 100, -100, 1e18, -1e18, 1e-30, -1e-30};
  std::copy(extremes.begin(), extremes.end(), pre.begin());
  const auto dout = bf16_normal(packs * kPack, 2);
  std::vector<double> expected(pre.size()), expected_dx(dout);
  for (std::size_t i = 0; i < pre.size(); ++i) {
    expected[i] = plain::gelu(pre[i]);
    expected_dx[i] *= plain::gelu_derivative(pre[i]);
  }
  for (const Order order : kOrders) {
    Array<Bf16> x(pre), out(packs * kPack), dx(dout);
    launch(order, kGrid, kThreads, gelu_forward, out.data(), x.data(), packs);
    launch(order, kGrid, kThreads, gelu_backward, dx.data(), x.data(), packs);
    const auto got = out.values(), got_dx = dx.values();
    for (std::size_t i = 0; i < pre.size(); ++i) {
      EXPECT_NEAR(got[i], expected[i], kRounding * std::abs(expected[i]) + 1e-6) << pre[i];
      EXPECT_NEAR(got_dx[i], expected_dx[i], kRounding * std::abs(expected_dx[i]) + 1e-5) << pre[i];
    }
    EXPECT_TRUE(out.fences_intact() && dx.fences_intact());
  }
}

TEST(ColumnSumsKernel, AddsTheRows) {
  const Dim n = 37, width = 200, each = 10;
  const auto x = bf16_normal(n * width, 1);
  const auto before = bf16_normal(width, 2);
  std::vector<double> expected(before);
  for (Dim i = 0; i < n * width; ++i) expected[i % width] += x[i];
  for (const Order order : kOrders) {
    Array<Bf16> gx(x);
    Array<float> partial(4 * width), to(before);
    launch(order, {1, 4}, 32, column_sums, partial.data(), gx.data(), n, width, each);
    float* const none = nullptr;
    launch(order, blocks_for(width, kLanes), kRowWarps * kLanes, add_rows, to.data(), none,
           partial.data(), Dim{4}, width);
    EXPECT_LT(distance(to.values(), expected), 1e-5);
    EXPECT_TRUE(partial.fences_intact() && to.fences_intact());
  }
}

}  // namespace
}  // namespace amt::gpu
