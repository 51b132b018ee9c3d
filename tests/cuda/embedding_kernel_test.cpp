#include "amt/kernels/embedding.cuh"
#include "amt/kernels/shapes.hpp"
#include "amt/ops/token_order.hpp"
#include "kernel_support.hpp"

namespace amt::gpu {
namespace {

struct Case {
  Dim rows, seq_len, width, vocab;
  Dim first_position = 0;
};

void check(const Case& c, Order order) {
  const Dim n = c.rows * c.seq_len, size = n * c.width;
  const Dropout dropout{.rate = 0.2, .seed = 3, .step = 4, .first_row = 1, .seq_len = c.seq_len};
  auto tokens = random_tokens(n, c.vocab, 1);
  const std::vector<std::int32_t> by_token = positions_by_token(tokens.data(), n);
  const auto wte = bf16_normal(c.vocab * c.width, 2),
             wpe = bf16_normal((c.first_position + c.seq_len) * c.width, 3);
  const auto dx = bf16_normal(size, 4);
  std::vector<double> out(size), dwte(wte), dwpe(wpe);
  plain::run(EmbeddingForwardOf<double, double>{.out = out.data(),
                                                .tokens = tokens.data(),
                                                .wte = wte.data(),
                                                .wpe = wpe.data(),
                                                .rows = c.rows,
                                                .length = c.seq_len,
                                                .width = c.width,
                                                .first_position = c.first_position,
                                                .dropout = dropout});
  plain::run(EmbeddingBackwardOf<double, double>{.dwte = dwte.data(),
                                                 .dwpe = dwpe.data(),
                                                 .dx = dx.data(),
                                                 .tokens = tokens.data(),
                                                 .host_tokens = tokens.data(),
                                                 .rows = c.rows,
                                                 .length = c.seq_len,
                                                 .width = c.width,
                                                 .dropout = dropout});

  const DropoutMask mask(dropout);
  Array<Bf16> gout(size), gdx(dx);
  Array<float> gwte(wte), gwpe(wpe), gdwte(wte), gdwpe(wpe);
  launch(order, blocks_for(n, 4), 128, embedding_forward,
         EmbeddingForwardOf<Bf16, float>{.out = gout.data(),
                                         .tokens = tokens.data(),
                                         .wte = gwte.data(),
                                         .wpe = gwpe.data(),
                                         .rows = c.rows,
                                         .length = c.seq_len,
                                         .width = c.width,
                                         .first_position = c.first_position,
                                         .dropout = dropout},
         mask);
  launch(order, {static_cast<unsigned>(c.seq_len)}, 96, position_gradient, gdwpe.data(), gdx.data(),
         c.rows, c.seq_len, c.width, mask);
  const TokenOrder token_order{tokens.data(), by_token.data(), n};
  const Dim pieces = cuda::token_pieces(n);
  Array<float> partial(pieces * 2 * c.width);
  launch(order, {static_cast<unsigned>(n)}, 96, token_parts, gdwte.data(), partial.data(),
         gdx.data(), token_order, c.width, mask);
  launch(order, {static_cast<unsigned>(pieces)}, 96, token_sums, gdwte.data(), partial.data(),
         token_order, c.width);
  EXPECT_LT(distance(gout.values(), out), kRounding);
  EXPECT_LT(distance(gdwte.values(), dwte), 1e-5);
  EXPECT_LT(distance(gdwpe.values(), dwpe), 1e-5);
  EXPECT_TRUE(gout.fences_intact() && gdwte.fences_intact() && gdwpe.fences_intact() &&
              partial.fences_intact());
}

TEST(EmbeddingKernel, AgreesWithPlain) {
  for (const Order order : kOrders) {
    for (const Case& c :
         {Case{1, 1, 8, 2}, Case{3, 7, 40, 5}, Case{2, 33, 768, 20}, Case{2, 64, 8, 1},
          Case{4, 65, 16, 3}, Case{3, 150, 24, 11}, Case{2, 3, 16, 5, 4}}) {
      check(c, order);
    }
  }
}

/// Checks the gradient for sorted tokens, where runs[i] positions have token i.
void check_runs(const std::vector<Dim>& runs) {
  const Dim width = 8;
  std::vector<std::uint16_t> tokens;
  for (const Dim run : runs) tokens.insert(tokens.end(), run, std::uint16_t(tokens.size() % 7000));
  const Dim n = static_cast<Dim>(tokens.size()), vocab = 7000;
  const std::vector<std::int32_t> by_token = positions_by_token(tokens.data(), n);
  const auto dx = bf16_normal(n * width, 4);
  std::vector<double> dwte(vocab * width), dwpe(n * width);
  plain::run(EmbeddingBackwardOf<double, double>{.dwte = dwte.data(),
                                                 .dwpe = dwpe.data(),
                                                 .dx = dx.data(),
                                                 .tokens = tokens.data(),
                                                 .host_tokens = tokens.data(),
                                                 .rows = 1,
                                                 .length = n,
                                                 .width = width});
  Array<Bf16> gdx(dx);
  Array<float> gdwte(std::vector<double>(vocab * width)),
      partial(cuda::token_pieces(n) * 2 * width);
  const TokenOrder order{tokens.data(), by_token.data(), n};
  const DropoutMask mask{Dropout{}};
  launch(Order::kShuffled, {unsigned(n)}, 32, token_parts, gdwte.data(), partial.data(), gdx.data(),
         order, width, mask);
  launch(Order::kShuffled, {unsigned(cuda::token_pieces(n))}, 32, token_sums, gdwte.data(),
         partial.data(), order, width);
  EXPECT_LT(distance(gdwte.values(), dwte), 1e-5);
  EXPECT_TRUE(gdwte.fences_intact() && partial.fences_intact());
}

TEST(EmbeddingKernel, RunsMayBeginAndEndAnywhereInAPiece) {
  check_runs({kPiece});
  check_runs({kPiece, kPiece, 1});
  check_runs({kPiece - 1, 2, kPiece - 1});            // a run across a boundary
  check_runs({3, 5 * kPiece, 7});                     // from the middle of a piece into another
  check_runs({kPiece, 3 * kPiece, 2 * kPiece, 9});    // whole pieces
  check_runs({kPiece, 3 * kPiece + 1, 2 * kPiece});   // a boundary after one entry
  check_runs({10, 10, kPiece, kPiece, kPiece + 30});  // two long runs meet in a piece
}

}  // namespace
}  // namespace amt::gpu
