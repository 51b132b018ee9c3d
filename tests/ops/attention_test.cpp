#include "amt/ops/attention.hpp"

#include "amt/cpu/cpu_ops.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Sizes {
  explicit Sizes(const AttentionShape& s)
      : out(s.rows * s.query_len * s.heads * s.head_dim), lse(s.rows * s.query_len * s.heads) {}
  Dim out, lse;
};

/// Computes both directions with packed qkv and dqkv.
template <class A, class P>
AttentionForwardOf<A, P> forward(A* out, P* lse, const A* qkv, const AttentionShape& s) {
  return {out, lse, packed_heads(qkv, s, 0), packed_heads(qkv, s, 1), packed_heads(qkv, s, 2), s};
}
template <class A, class P>
AttentionBackwardOf<A, P> backward(A* dqkv, const A* dout, const A* out, const P* lse, const A* qkv,
                                   const AttentionShape& s) {
  return {.dq = packed_heads(dqkv, s, 0),
          .dk = packed_heads(dqkv, s, 1),
          .dv = packed_heads(dqkv, s, 2),
          .dout = dout,
          .out = out,
          .lse = lse,
          .q = packed_heads(qkv, s, 0),
          .k = packed_heads(qkv, s, 1),
          .v = packed_heads(qkv, s, 2),
          .shape = s};
}

TEST(Attention, PlainBackwardIsTheGradient) {
  const AttentionShape s = self_attention(2, 5, 2, 3, 0.4f);
  const Sizes size(s);
  auto qkv = normal<double>(3 * size.out, 1);
  const auto dout = normal<double>(size.out, 2);
  std::vector<double> out(size.out), lse(size.lse), dqkv(qkv.size());
  const auto loss = [&] {
    plain::run(forward<double, double>(out.data(), lse.data(), qkv.data(), s));
    return weighted(out, dout);
  };
  loss();
  plain::run(
      backward<double, double>(dqkv.data(), dout.data(), out.data(), lse.data(), qkv.data(), s));
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
  ops->run(forward(act(out), lse.data(), act(qkv), s));
  ops->run(backward<Activation, float>(act(dqkv), act(dout), act(out), lse.data(), act(qkv), s));
  plain::run(forward<double, double>(plain_out.data(), plain_lse.data(), qkv_double.data(), s));
  plain::run(backward<double, double>(plain_dqkv.data(), dout_double.data(), plain_out.data(),
                                      plain_lse.data(), qkv_double.data(), s));
  EXPECT_LT(distance(out, plain_out), 2e-6);
  EXPECT_LT(distance(lse, plain_lse), 2e-6);
  EXPECT_LT(distance(dqkv, plain_dqkv), 3e-6);
}

// Lengths around the block size of 64 queries, a single position, and the real head size of 64.
INSTANTIATE_TEST_SUITE_P(Shapes, AttentionCpu,
                         testing::Values(self_attention(1, 1, 1, 4, 0.5f),
                                         self_attention(2, 24, 4, 8, 0.35f),
                                         self_attention(1, 64, 2, 16, 0.25f),
                                         self_attention(2, 65, 3, 7, 0.3f),
                                         self_attention(1, 200, 2, 64, 0.125f / 3)));

TEST(Attention, PositionsDoNotDependOnLaterPositions) {
  const auto ops = make_cpu_ops(1);
  const AttentionShape s = self_attention(1, 100, 1, 8, 0.3f);
  const Sizes size(s);
  auto qkv = normal<float>(3 * size.out, 1);
  std::vector<float> before(size.out), after(size.out), lse(size.lse);
  ops->run(forward<Activation, float>(act(before), lse.data(), act(qkv), s));
  std::fill(qkv.end() - 24, qkv.end(), 1e3f);  // the last position's q, k and v
  ops->run(forward<Activation, float>(act(after), lse.data(), act(qkv), s));
  EXPECT_TRUE(std::equal(before.begin(), before.end() - 8, after.begin()));
}

TEST(Attention, LargeScoresDoNotOverflow) {
  const auto ops = make_cpu_ops(1);
  const AttentionShape s = self_attention(1, 70, 1, 8, 1);
  const Sizes size(s);
  const auto qkv = normal<float>(3 * size.out, 1, 30);
  const auto qkv_double = convert<double>(qkv);
  std::vector<float> out(size.out), lse(size.lse);
  std::vector<double> plain_out(size.out), plain_lse(size.lse);
  ops->run(forward(act(out), lse.data(), act(qkv), s));
  plain::run(forward<double, double>(plain_out.data(), plain_lse.data(), qkv_double.data(), s));
  EXPECT_LT(distance(out, plain_out), 1e-3);  // scores are in the thousands, in fp32
}

// --- Queries at the last positions only; keys and values are in a separate cache ---

/// Shapes with fewer queries than keys: one, some, more than a block of 64.
class AttentionQueries : public testing::TestWithParam<AttentionShape> {
 protected:
  AttentionQueries() {
    // Data for complete rows, and for their last queries only, with space for 3 more positions in
    // the cache.
    qkv_ = normal<float>(3 * s_.rows * s_.key_len * width_, 1);
    for (Dim row = 0; row < s_.rows; ++row) {
      for (Dim t = 0; t < s_.key_len; ++t) {
        const auto position = qkv_.begin() + (row * s_.key_len + t) * 3 * width_;
        if (t >= s_.first_query()) queries_.insert(queries_.end(), position, position + width_);
        keys_.insert(keys_.end(), position + width_, position + 2 * width_);
        values_.insert(values_.end(), position + 2 * width_, position + 3 * width_);
      }
      keys_.resize(keys_.size() + std::size_t(3 * width_), NAN);
      values_.resize(keys_.size(), NAN);
    }
  }
  template <class A>
  HeadsOf<A> cache(A* data) const {
    return {data, 0, (s_.key_len + 3) * width_, width_};
  }
  template <class A>
  HeadsOf<A> new_queries(A* data) const {
    return {data, 0, s_.query_len * width_, width_};
  }
  /// Returns the positions of x [rows, key_len, width] that are queries.
  std::vector<float> last(const std::vector<float>& x) const {
    std::vector<float> out;
    for (Dim row = 0; row < s_.rows; ++row) {
      const auto first = x.begin() + (row * s_.key_len + s_.first_query()) * width_;
      out.insert(out.end(), first, first + s_.query_len * width_);
    }
    return out;
  }

  const AttentionShape s_ = GetParam();
  const Dim width_ = s_.heads * s_.head_dim;
  const AttentionShape whole_ =
      self_attention(s_.rows, s_.key_len, s_.heads, s_.head_dim, s_.scale);
  std::vector<float> qkv_, queries_, keys_, values_;
};

TEST_P(AttentionQueries, AgreeWithTheCompleteComputation) {
  const auto ops = make_cpu_ops(2);
  const Sizes size(s_), whole(whole_);
  std::vector<float> all(whole.out), all_lse(whole.lse), out(size.out, NAN), lse(size.lse, NAN);
  ops->run(forward<Activation, float>(act(all), all_lse.data(), act(qkv_), whole_));
  const AttentionForward op{act(out),
                            lse.data(),
                            new_queries<const Activation>(act(queries_)),
                            cache<const Activation>(act(keys_)),
                            cache<const Activation>(act(values_)),
                            s_};
  ops->run(op);
  EXPECT_LT(distance(out, last(all)), 2e-6);
  for (Dim i = 0; i < size.lse; ++i) {
    const Dim of_whole = i / s_.query_len * s_.key_len + s_.first_query() + i % s_.query_len;
    EXPECT_NEAR(lse[i], all_lse[of_whole], 1e-5);
  }
}

TEST_P(AttentionQueries, PlainAgreesWithTheCompleteComputation) {
  const Sizes size(s_), whole(whole_);
  std::vector<float> all(whole.out), all_lse(whole.lse), out(size.out, NAN), lse(size.lse, NAN);
  plain::run(forward<float, float>(all.data(), all_lse.data(), qkv_.data(), whole_));
  plain::run(AttentionForwardOf<float, float>{
      out.data(), lse.data(), new_queries<const float>(queries_.data()),
      cache<const float>(keys_.data()), cache<const float>(values_.data()), s_});
  EXPECT_EQ(out, last(all));
}

// The loss depends only on the outputs of the queries, so the gradients of all other outputs are 0.
TEST_P(AttentionQueries, BackwardAgreesWithPlain) {
  const auto ops = make_cpu_ops(2);
  const Sizes size(s_);
  const auto dout = normal<float>(size.out, 2);
  std::vector<float> out(size.out), lse(size.lse);
  const AttentionForwardOf<float, float> fwd{out.data(),
                                             lse.data(),
                                             new_queries<const float>(queries_.data()),
                                             cache<const float>(keys_.data()),
                                             cache<const float>(values_.data()),
                                             s_};
  plain::run(fwd);
  const auto gradients = [&](const auto& run) {
    std::vector<float> dq(queries_.size(), NAN), dk(keys_.size(), 7), dv(keys_.size(), 7);
    run(AttentionBackwardOf<float, float>{.dq = new_queries<float>(dq.data()),
                                          .dk = cache<float>(dk.data()),
                                          .dv = cache<float>(dv.data()),
                                          .dout = dout.data(),
                                          .out = out.data(),
                                          .lse = lse.data(),
                                          .q = fwd.q,
                                          .k = fwd.k,
                                          .v = fwd.v,
                                          .shape = s_});
    dq.insert(dq.end(), dk.begin(), dk.end());
    dq.insert(dq.end(), dv.begin(), dv.end());
    return dq;
  };
  const auto expected = gradients([](const auto& op) { plain::run(op); });
  const auto got = gradients([&](const auto& op) {
    AttentionBackward same;
    static_assert(sizeof(same) == sizeof(op));
    std::memcpy(static_cast<void*>(&same), &op, sizeof(op));
    ops->run(same);
  });
  EXPECT_LT(distance(got, expected), 3e-6);
}

INSTANTIATE_TEST_SUITE_P(Shapes, AttentionQueries,
                         testing::Values(AttentionShape{1, 1, 9, 2, 8, 0.35f},
                                         AttentionShape{3, 5, 24, 4, 8, 0.35f},
                                         AttentionShape{2, 70, 140, 2, 16, 0.25f},
                                         AttentionShape{2, 24, 24, 2, 8, 0.35f}));

}  // namespace
}  // namespace amt
