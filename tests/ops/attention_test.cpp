#include "src/ops/plain/attention.hpp"

#include "amt/ops/cpu_ops.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Sizes {
  explicit Sizes(const AttentionShape& s)
      : out(s.rows * s.seq_len * s.heads * s.head_dim), lse(s.rows * s.seq_len * s.heads) {}
  Dim out, lse;
};

TEST(Attention, PlainBackwardIsTheGradient) {
  const AttentionShape s{2, 5, 2, 3, 0.4f};
  const Sizes size(s);
  auto qkv = normal<double>(3 * size.out, 1);
  const auto dout = normal<double>(size.out, 2);
  std::vector<double> out(size.out), lse(size.lse), dqkv(qkv.size());
  const auto loss = [&] {
    plain::attention_forward(out.data(), lse.data(), qkv.data(), s);
    return weighted(out, dout);
  };
  loss();
  plain::attention_backward(dqkv.data(), dout.data(), out.data(), lse.data(), qkv.data(), s);
  expect_gradient("qkv", qkv, dqkv, loss);
}

class AttentionCpu : public testing::TestWithParam<AttentionShape> {};

TEST_P(AttentionCpu, AgreesWithPlain) {
  const auto ops = make_cpu_ops(2);
  const AttentionShape s = GetParam();
  const Sizes size(s);
  const auto qkv = normal<float>(3 * size.out, 1), dout = normal<float>(size.out, 2);
  const auto qkv_double = convert<double>(qkv), dout_double = convert<double>(dout);
  std::vector<float> out(size.out), lse(size.lse), dqkv(3 * size.out, NAN);
  std::vector<double> plain_out(size.out), plain_lse(size.lse), plain_dqkv(3 * size.out);
  ops->attention_forward(act(out), lse.data(), act(qkv), s);
  ops->attention_backward(act(dqkv), act(dout), act(out), lse.data(), act(qkv), s);
  plain::attention_forward(plain_out.data(), plain_lse.data(), qkv_double.data(), s);
  plain::attention_backward(plain_dqkv.data(), dout_double.data(), plain_out.data(),
                            plain_lse.data(), qkv_double.data(), s);
  EXPECT_LT(distance(out, plain_out), 2e-6);
  EXPECT_LT(distance(lse, plain_lse), 2e-6);
  EXPECT_LT(distance(dqkv, plain_dqkv), 3e-6);
}

// Lengths around the block of 64 queries, one position, the real head of 64 channels.
INSTANTIATE_TEST_SUITE_P(Shapes, AttentionCpu,
                         testing::Values(AttentionShape{1, 1, 1, 4, 0.5f},
                                         AttentionShape{2, 24, 4, 8, 0.35f},
                                         AttentionShape{1, 64, 2, 16, 0.25f},
                                         AttentionShape{2, 65, 3, 7, 0.3f},
                                         AttentionShape{1, 200, 2, 64, 0.125f / 3}));

TEST(Attention, NoPositionSeesALaterOne) {
  const auto ops = make_cpu_ops(1);
  const AttentionShape s{1, 100, 1, 8, 0.3f};
  const Sizes size(s);
  auto qkv = normal<float>(3 * size.out, 1);
  std::vector<float> before(size.out), after(size.out), lse(size.lse);
  ops->attention_forward(act(before), lse.data(), act(qkv), s);
  std::fill(qkv.end() - 24, qkv.end(), 1e3f);  // the last position's q, k and v
  ops->attention_forward(act(after), lse.data(), act(qkv), s);
  EXPECT_TRUE(std::equal(before.begin(), before.end() - 8, after.begin()));
}

TEST(Attention, LargeScoresDoNotOverflow) {
  const auto ops = make_cpu_ops(1);
  const AttentionShape s{1, 70, 1, 8, 1};
  const Sizes size(s);
  const auto qkv = normal<float>(3 * size.out, 1, 30);
  std::vector<float> out(size.out), lse(size.lse);
  std::vector<double> plain_out(size.out), plain_lse(size.lse);
  ops->attention_forward(act(out), lse.data(), act(qkv), s);
  plain::attention_forward(plain_out.data(), plain_lse.data(), convert<double>(qkv).data(), s);
  EXPECT_LT(distance(out, plain_out), 1e-3);  // scores in the thousands, of fp32's 24 bits
}

}  // namespace
}  // namespace amt
