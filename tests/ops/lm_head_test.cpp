#include "amt/ops/lm_head.hpp"

#include "amt/cpu/cpu_ops.hpp"
#include "lm_head_calls.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

TEST(LmHead, PlainBackwardIsTheGradient) {
  const LmHeadShape s{2, 4, 3, 7, 10};
  const auto tokens = random_tokens(s.rows * s.seq_len, s.vocab, 1);
  auto x = normal<double>(s.rows * s.seq_len * s.width, 2);
  auto wte = normal<double>(s.padded_vocab * s.width, 3);
  std::vector<double> dx(x.size()), dwte(wte.size());
  const auto loss = [&] {
    double sum = 0;
    std::vector<double> ignored_dx(x.size()), ignored_dwte(wte.size());
    plain::run(head_train<double>(&sum, ignored_dx.data(), ignored_dwte, x.data(), wte, tokens, s,
                                  {0.5f, 0.1f}));
    return sum;
  };
  double ignored = 0;
  plain::run(head_train<double>(&ignored, dx.data(), dwte, x.data(), wte, tokens, s, {0.5f, 0.1f}));
  expect_gradient("x", x, dx, loss);
  expect_gradient("wte", wte, dwte, loss);
}

TEST(LmHead, PlainLossIsTheSumOfTheLosses) {
  const LmHeadShape s{2, 4, 3, 7, 7};
  const auto tokens = random_tokens(s.rows * s.seq_len, s.vocab, 1);
  const auto x = normal<double>(s.rows * s.seq_len * s.width, 2);
  const auto wte = normal<double>(s.vocab * s.width, 3);
  std::vector<double> dx(x.size()), dwte(wte.size()), losses(s.rows * (s.seq_len - 1));
  double loss = 1;
  plain::run(head_train<double>(&loss, dx.data(), dwte, x.data(), wte, tokens, s, 1));
  plain::run(head_losses<double>(losses, x.data(), wte, tokens, s));
  EXPECT_NEAR(loss - 1, weighted(losses, std::vector<double>(losses.size(), 1)), 1e-12);
}

class LmHeadCpu : public testing::TestWithParam<LmHeadShape> {};

TEST_P(LmHeadCpu, AgreesWithPlain) {
  const auto ops = make_cpu_ops(2);
  const LmHeadShape s = GetParam();
  const Dim n = s.rows * s.seq_len;
  const LossConfig terms(1.0f / 37, s.rows == 3 ? 0.01f : 0);
  const auto tokens = random_tokens(n, s.vocab, 1);
  const auto x = normal<float>(n * s.width, 2);
  const auto wte = normal<float>(s.padded_vocab * s.width, 3, 2 / std::sqrt(double(s.width)));
  auto dwte = normal<float>(s.padded_vocab * s.width, 4, 0.01);
  const auto dwte_before = dwte;
  auto plain_dwte = convert<double>(dwte);
  double loss = 0.25, plain_loss = 0.25;
  std::vector<float> dx(n * s.width, NAN), losses(s.rows * (s.seq_len - 1)), logits(n * s.vocab);
  std::vector<double> plain_dx(dx.size()), plain_losses(losses.size()), plain_logits(logits.size());
  const auto x_double = convert<double>(x), wte_double = convert<double>(wte);
  const Refreshed weights(*ops, wte);
  ops->run(head_train<Activation>(&loss, act(dx), dwte, act(x), wte, tokens, s, terms));
  ops->run(head_losses<Activation>(losses, act(x), wte, tokens, s));
  ops->run(head_logits<Activation>(logits, act(x), wte, s));
  plain::run(head_train<double>(&plain_loss, plain_dx.data(), plain_dwte, x_double.data(),
                                wte_double, tokens, s, terms));
  plain::run(head_losses<double>(plain_losses, x_double.data(), wte_double, tokens, s));
  plain::run(head_logits<double>(plain_logits, x_double.data(), wte_double, s));
  EXPECT_NEAR(loss, plain_loss, 3e-7 * plain_loss);
  EXPECT_LT(distance(dx, plain_dx), 3e-6);
  EXPECT_LT(distance(dwte, plain_dwte), 3e-6);
  EXPECT_LT(distance(losses, plain_losses), 1e-6);
  EXPECT_LT(distance(logits, plain_logits), 1e-6);
  const auto padding = std::ptrdiff_t(s.vocab * s.width);
  EXPECT_TRUE(std::equal(dwte.begin() + padding, dwte.end(), dwte_before.begin() + padding));
}

// Sizes around the block of 512 positions, and rows with a single position, which predict nothing.
INSTANTIATE_TEST_SUITE_P(Shapes, LmHeadCpu,
                         testing::Values(LmHeadShape{1, 2, 4, 3, 128}, LmHeadShape{3, 7, 13, 5, 5},
                                         LmHeadShape{4, 24, 32, 101, 128},
                                         LmHeadShape{1, 512, 16, 300, 384},
                                         LmHeadShape{3, 342, 48, 1100, 1152},
                                         LmHeadShape{1, 33, 64, 9001, 9088}));

// Padded rows of wte may contain anything, including infinities: they are never read.
TEST(LmHead, CpuNeverReadsPaddedRows) {
  const auto ops = make_cpu_ops(1);
  const LmHeadShape s{1, 5, 8, 6, 128};
  const auto tokens = random_tokens(5, s.vocab, 1);
  const auto x = normal<float>(5 * s.width, 2);
  auto wte = normal<float>(s.padded_vocab * s.width, 3);
  std::fill(wte.begin() + s.vocab * s.width, wte.end(), INFINITY);
  std::vector<float> dx(x.size()), dwte(wte.size()), losses(4);
  double loss = 0;
  const Refreshed weights(*ops, wte);
  ops->run(head_train<Activation>(&loss, act(dx), dwte, act(x), wte, tokens, s, 1));
  ops->run(head_losses<Activation>(losses, act(x), wte, tokens, s));
  EXPECT_TRUE(std::isfinite(loss));
  EXPECT_LT(distance(losses, losses), 1);
  EXPECT_LT(distance(dx, dx), 1);
}

TEST(LmHead, ComputesLogitsOfEachRowsLastPosition) {
  const auto ops = make_cpu_ops(1);
  const LmHeadShape s{3, 5, 8, 6, 128};
  const auto x = normal<float>(15 * s.width, 2);
  const auto wte = normal<float>(s.padded_vocab * s.width, 3);
  const Refreshed weights(*ops, wte);
  std::vector<float> all(15 * s.vocab), last(3 * s.vocab), plain_last(3 * s.vocab), expected;
  ops->run(head_logits<Activation>(all, act(x), wte, s));
  for (Dim row = 0; row < s.rows; ++row) {
    const auto first = all.begin() + (row * s.seq_len + s.seq_len - 1) * s.vocab;
    expected.insert(expected.end(), first, first + s.vocab);
  }
  auto op = head_logits<Activation>(last, act(x), wte, s);
  op.n = s.rows;
  op.first = s.seq_len - 1;
  op.step = s.seq_len;
  ops->run(op);
  EXPECT_LT(distance(last, expected), 1e-6);
  LmHeadLogitsOf<float, float> same = head_logits<float>(plain_last, x.data(), wte, s);
  same.n = op.n;
  same.first = op.first;
  same.step = op.step;
  plain::run(same);
  EXPECT_LT(distance(plain_last, expected), 1e-6);
}

}  // namespace
}  // namespace amt
