#include <numeric>

#include "amt/ops/plain/embedding.hpp"
#include "kernel_support.hpp"
#include "kernels/embedding.cuh"

namespace amt::gpu {
namespace {

struct Case {
  Dim rows, seq_len, width, vocab;
};

void check(const Case& c, Order order) {
  const Dim n = c.rows * c.seq_len, size = n * c.width;
  const Dropout dropout{.rate = 0.2, .seed = 3, .step = 4, .first_row = 1, .seq_len = c.seq_len};
  auto tokens = random_tokens(n, c.vocab, 1);
  std::vector<std::int32_t> by_token(tokens.size());
  std::iota(by_token.begin(), by_token.end(), 0);
  std::stable_sort(by_token.begin(), by_token.end(),
                   [&](std::int32_t a, std::int32_t b) { return tokens[a] < tokens[b]; });
  const auto wte = bf16_normal(c.vocab * c.width, 2), wpe = bf16_normal(c.seq_len * c.width, 3);
  const auto dx = bf16_normal(size, 4);
  std::vector<double> out(size), dwte(wte), dwpe(wpe);
  plain::embedding_forward(out.data(), tokens.data(), wte.data(), wpe.data(), c.rows, c.seq_len,
                           c.width, dropout);
  plain::embedding_backward(dwte.data(), dwpe.data(), dx.data(), tokens.data(), c.rows, c.seq_len,
                            c.width, dropout);

  const DropoutMask mask(dropout);
  Array<Bf16> gout(size), gdx(dx);
  Array<float> gwte(wte), gwpe(wpe), gdwte(wte), gdwpe(wpe);
  launch(order, blocks_for(n, 4), 128, embedding_forward, gout.data(), tokens.data(), gwte.data(),
         gwpe.data(), n, c.seq_len, c.width, mask);
  launch(order, {static_cast<unsigned>(c.seq_len)}, 96, position_gradient, gdwpe.data(), gdx.data(),
         c.rows, c.seq_len, c.width, mask);
  launch(order, {static_cast<unsigned>(n)}, 96, token_gradient, gdwte.data(), gdx.data(),
         tokens.data(), by_token.data(), n, c.width, mask);
  EXPECT_LT(distance(gout.values(), out), kRounding);
  EXPECT_LT(distance(gdwte.values(), dwte), 1e-5);
  EXPECT_LT(distance(gdwpe.values(), dwpe), 1e-5);
  EXPECT_TRUE(gout.fences_stand() && gdwte.fences_stand() && gdwpe.fences_stand());
}

TEST(EmbeddingKernel, AgreesWithPlain) {
  for (const Order order : kOrders) {
    for (const Case& c : {Case{1, 1, 8, 2}, Case{3, 7, 40, 5}, Case{2, 33, 768, 20}}) {
      check(c, order);
    }
  }
}

}  // namespace
}  // namespace amt::gpu
