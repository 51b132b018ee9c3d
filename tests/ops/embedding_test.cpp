#include "src/ops/plain/embedding.hpp"

#include <numeric>

#include "amt/ops/cpu_ops.hpp"
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

std::vector<std::int32_t> by_token(const std::vector<std::uint16_t>& tokens) {
  std::vector<std::int32_t> order(tokens.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int32_t a, std::int32_t b) { return tokens[a] < tokens[b]; });
  return order;
}

TEST(Embedding, PlainBackwardIsTheGradient) {
  const Case c{2, 3, 5, 4};
  const Dim n = c.rows * c.seq_len;
  const auto tokens = random_tokens(n, c.vocab, 1);
  auto wte = normal<double>(c.vocab * c.width, 2), wpe = normal<double>(c.seq_len * c.width, 3);
  const auto dout = normal<double>(n * c.width, 4);
  const auto loss = [&] {
    std::vector<double> out(dout.size());
    plain::embedding_forward(out.data(), tokens.data(), wte.data(), wpe.data(), c.rows, c.seq_len,
                             c.width, c.dropout());
    return weighted(out, dout);
  };
  std::vector<double> dwte(wte.size()), dwpe(wpe.size());
  plain::embedding_backward(dwte.data(), dwpe.data(), dout.data(), tokens.data(), c.rows, c.seq_len,
                            c.width, c.dropout());
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
    ops->embedding_forward(act(out), tokens.data(), wte.data(), wpe.data(), c.rows, c.seq_len,
                           c.width, c.dropout());
    plain::embedding_forward(plain_out.data(), tokens.data(), wte.data(), wpe.data(), c.rows,
                             c.seq_len, c.width, c.dropout());
    EXPECT_LT(distance(out, plain_out), 1e-6);

    const auto dx = normal<float>(n * c.width, 4);
    auto dwte = normal<float>(c.vocab * c.width, 5), dwpe = normal<float>(c.seq_len * c.width, 6);
    auto plain_dwte = convert<double>(dwte), plain_dwpe = convert<double>(dwpe);
    ops->embedding_backward(dwte.data(), dwpe.data(), act(dx), tokens.data(),
                            by_token(tokens).data(), c.rows, c.seq_len, c.width, c.dropout());
    plain::embedding_backward(plain_dwte.data(), plain_dwpe.data(), dx.data(), tokens.data(),
                              c.rows, c.seq_len, c.width, c.dropout());
    EXPECT_LT(distance(dwte, plain_dwte), 1e-6);
    EXPECT_LT(distance(dwpe, plain_dwpe), 1e-6);
  }
}

}  // namespace
}  // namespace amt
