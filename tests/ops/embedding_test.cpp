#include "amt/ops/embedding.hpp"

#include <numeric>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/ops/token_order.hpp"
#include "numbers.hpp"

namespace amt {
namespace {

using namespace test;

struct Case {
  Dim rows, seq_len, width, vocab;
  Dropout dropout() const {
    return {.rate = 0.2, .seed = 3, .step = 4, .first_row = 1, .seq_len = seq_len};
  }
};

template <class A, class P>
EmbeddingForwardOf<A, P> forward(A* out, const std::vector<std::uint16_t>& tokens,
                                 const std::vector<P>& wte, const std::vector<P>& wpe,
                                 const Case& c) {
  return {.out = out,
          .tokens = tokens.data(),
          .wte = wte.data(),
          .wpe = wpe.data(),
          .rows = c.rows,
          .length = c.seq_len,
          .width = c.width,
          .dropout = c.dropout()};
}
template <class A, class P>
EmbeddingBackwardOf<A, P> backward(std::vector<P>& dwte, std::vector<P>& dwpe, const A* dx,
                                   const std::vector<std::uint16_t>& tokens, const Case& c) {
  return {.dwte = dwte.data(),
          .dwpe = dwpe.data(),
          .dx = dx,
          .tokens = tokens.data(),
          .host_tokens = tokens.data(),
          .rows = c.rows,
          .length = c.seq_len,
          .width = c.width,
          .dropout = c.dropout()};
}

TEST(Embedding, PlainBackwardIsTheGradient) {
  const Case c{2, 3, 5, 4};
  const Dim n = c.rows * c.seq_len;
  const auto tokens = random_tokens(n, c.vocab, 1);
  auto wte = normal<double>(c.vocab * c.width, 2), wpe = normal<double>(c.seq_len * c.width, 3);
  const auto dout = normal<double>(n * c.width, 4);
  const auto loss = [&] {
    std::vector<double> out(dout.size());
    plain::run(forward(out.data(), tokens, wte, wpe, c));
    return weighted(out, dout);
  };
  std::vector<double> dwte(wte.size()), dwpe(wpe.size());
  plain::run(backward(dwte, dwpe, dout.data(), tokens, c));
  expect_gradient("wte", wte, dwte, loss);
  expect_gradient("wpe", wpe, dwpe, loss);
}

TEST(Embedding, CpuAgreesWithPlain) {
  const auto ops = make_cpu_ops(2);
  for (const Case& c : {Case{3, 7, 13, 5}, Case{2, 128, 768, 900}, Case{1, 1, 8, 2}}) {
    const Dim n = c.rows * c.seq_len;
    const auto tokens = random_tokens(n, c.vocab, 1);
    const auto wte = normal<float>(c.vocab * c.width, 2),
               wpe = normal<float>(c.seq_len * c.width, 3);
    std::vector<float> out(n * c.width);
    std::vector<double> plain_out(n * c.width);
    ops->run(forward(act(out), tokens, wte, wpe, c));
    plain::run(forward(plain_out.data(), tokens, wte, wpe, c));
    EXPECT_LT(distance(out, plain_out), 1e-6);

    const auto dx = normal<float>(n * c.width, 4);
    auto dwte = normal<float>(c.vocab * c.width, 5), dwpe = normal<float>(c.seq_len * c.width, 6);
    auto plain_dwte = convert<double>(dwte), plain_dwpe = convert<double>(dwpe);
    ops->run(backward(dwte, dwpe, act(dx), tokens, c));
    plain::run(backward(plain_dwte, plain_dwpe, dx.data(), tokens, c));
    EXPECT_LT(distance(dwte, plain_dwte), 1e-6);
    EXPECT_LT(distance(dwpe, plain_dwpe), 1e-6);
  }
}

// A call for the last positions of rows must give the same result as a call for all positions.
TEST(Embedding, PositionsContinueAfterEarlierCalls) {
  const auto ops = make_cpu_ops(1);
  Case c{2, 6, 8, 5};
  const auto wte = normal<float>(c.vocab * c.width, 2), wpe = normal<float>(c.seq_len * c.width, 3);
  const auto tokens = random_tokens(c.rows * c.seq_len, c.vocab, 1);
  std::vector<float> whole(c.rows * c.seq_len * c.width);
  auto all = forward(act(whole), tokens, wte, wpe, c);
  all.dropout = {};
  ops->run(all);
  std::vector<std::uint16_t> last;
  std::vector<float> expected;
  for (Dim row = 0; row < c.rows; ++row) {
    const Dim first = row * c.seq_len + 4, end = (row + 1) * c.seq_len;
    last.insert(last.end(), tokens.begin() + first, tokens.begin() + end);
    expected.insert(expected.end(), whole.begin() + first * c.width, whole.begin() + end * c.width);
  }
  c.seq_len = 2;
  std::vector<float> out(expected.size()), plain_out(expected.size());
  auto some = forward(act(out), last, wte, wpe, c);
  some.first_position = 4;
  some.dropout = {};
  ops->run(some);
  EXPECT_EQ(out, expected);
  auto plain_some = forward(plain_out.data(), last, wte, wpe, c);
  plain_some.first_position = 4;
  plain_some.dropout = {};
  plain::run(plain_some);
  EXPECT_EQ(plain_out, expected);
}

TEST(Embedding, TheGradientIsSummedInOrderOfTokensAndPositions) {
  const auto tokens = random_tokens(24, 7, 1);
  std::vector<std::int32_t> expected(tokens.size());
  std::iota(expected.begin(), expected.end(), 0);
  std::stable_sort(expected.begin(), expected.end(),
                   [&](std::int32_t x, std::int32_t y) { return tokens[x] < tokens[y]; });
  EXPECT_EQ(positions_by_token(tokens.data(), 24), expected);
  const std::vector<std::uint16_t> ends{65535, 0, 65535};
  EXPECT_EQ(positions_by_token(ends.data(), 3), (std::vector<std::int32_t>{1, 0, 2}));
}

}  // namespace
}  // namespace amt
