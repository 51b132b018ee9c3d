// Products with few rows must agree with the plain sum, and their bits must depend neither on other
// rows nor on the number of threads.
#include "src/cpu/few_rows.hpp"

#include <bit>
#include <memory>
#include <span>

#include "amt/cpu/cpu_ops.hpp"
#include "numbers.hpp"
#include "src/cpu/rows.hpp"

namespace amt {
namespace {

using namespace test;

std::vector<float> taken_as(const std::vector<float>& x, float) { return x; }
std::vector<Bf16> taken_as(const std::vector<float>& x, Bf16) {
  std::vector<Bf16> narrow(x.size());
  cpu::to_bf16(narrow.data(), x.data(), std::ssize(x));
  return narrow;
}
double value(float x) { return double{x}; }
double value(Bf16 x) { return double{std::bit_cast<float>(std::uint32_t{x.bits} << 16)}; }

struct Shape {
  Dim depth, columns;
};

template <class T>
class FewRows : public testing::Test {
 protected:
  std::vector<T> affine(int threads, Dim n, const Shape& s, Dim first_row = 0) {
    cpu::Context<T> cpu(*memory_, threads);
    std::vector<T> out(std::size_t(n * s.columns));
    cpu::few_rows_affine(cpu, out.data(), x_.data() + first_row * s.depth, w_.data(), bias_.data(),
                         n, s.depth, s.columns);
    return out;
  }
  std::vector<float> dots(int threads, Dim n, const Shape& s, Dim first_row = 0, Dim step = 1) {
    cpu::Context<T> cpu(*memory_, threads);
    std::vector<float> out(std::size_t(n * s.columns));
    cpu::few_rows_dots(cpu, out.data(), x_.data() + first_row * s.depth, step, w_.data(), n,
                       s.columns, s.depth);
    return out;
  }
  void make(const Shape& s) {
    x_ = taken_as(normal<float>(cpu::kFewRows * s.depth, 1), T{});
    w_ = taken_as(normal<float>(s.depth * s.columns, 2), T{});
    bias_ = normal<float>(s.columns, 3);
  }
  /// Returns the plain product of row 0 and w, which is [depth, columns] or its transpose.
  std::vector<double> plain(const Shape& s, bool transposed) const {
    std::vector<double> out;
    for (Dim c = 0; c < s.columns; ++c) {
      double sum = transposed ? 0 : double{bias_[c]};
      for (Dim d = 0; d < s.depth; ++d) {
        sum += value(x_[d]) * value(w_[transposed ? c * s.depth + d : d * s.columns + c]);
      }
      out.push_back(sum);
    }
    return out;
  }
  std::unique_ptr<Ops> memory_ = make_cpu_ops(1);
  std::vector<T> x_, w_;
  std::vector<float> bias_;
};

using Types = testing::Types<float, Bf16>;
TYPED_TEST_SUITE(FewRows, Types);

constexpr Shape kShapes[] = {{1, 1}, {5, 3}, {96, 288}, {61, 1037}, {768, 2304}};

TYPED_TEST(FewRows, AgreeWithThePlainProduct) {
  const double rounding = sizeof(TypeParam) == 2 ? 1.0 / 256 : 3e-6;
  for (const Shape& s : kShapes) {
    this->make(s);
    std::vector<double> got;
    for (const TypeParam& x : this->affine(2, 1, s)) got.push_back(value(x));
    EXPECT_LT(distance(got, this->plain(s, false)), rounding);
    EXPECT_LT(distance(this->dots(2, 1, s), this->plain(s, true)), 3e-6);
  }
}

TYPED_TEST(FewRows, DoNotDependOnOtherRowsOrThreads) {
  const auto bits = [](const auto& values) { return std::as_bytes(std::span(values)); };
  const auto row = [&](const auto& all, Dim i, Dim width) {
    return std::vector(all.begin() + i * width, all.begin() + (i + 1) * width);
  };
  for (const Shape& s : kShapes) {
    this->make(s);
    const auto all = this->affine(3, cpu::kFewRows, s);
    const auto dots = this->dots(3, cpu::kFewRows / 2, s, 1, 2);
    for (Dim i = 0; i < cpu::kFewRows; ++i) {
      EXPECT_TRUE(std::ranges::equal(bits(row(all, i, s.columns)), bits(this->affine(1, 1, s, i))));
      if (i % 2 == 0) continue;
      EXPECT_EQ(row(dots, i / 2, s.columns), this->dots(1, 1, s, i));
    }
  }
}

}  // namespace
}  // namespace amt
