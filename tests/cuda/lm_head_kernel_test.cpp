// Tests the LM head's own kernels on given logits; cuBLASLt computes the products around them.
#include "amt/kernels/lm_head.cuh"
#include "amt/kernels/sum_all.cuh"
#include "kernel_support.hpp"

namespace amt::gpu {
namespace {

constexpr unsigned kThreads = kHeadThreads;

/// Expected results for logits [rows, seq_len, padded_vocab].
struct Expected {
  Expected(const std::vector<double>& logits, const std::vector<std::uint16_t>& tokens,
           const LmHeadShape& s, const LossConfig& terms)
      : gradient(logits.size()), terms_of(std::size_t(s.rows * s.seq_len)) {
    for (Dim i = 0; i < s.rows * s.seq_len; ++i) {
      if (i % s.seq_len == s.seq_len - 1) continue;
      const double* row = logits.data() + i * s.padded_vocab;
      double sum = 0;
      for (Dim v = 0; v < s.vocab; ++v) sum += std::exp(row[v]);
      const double log_z = std::log(sum), regularization = double(terms.log_z_regularization);
      losses.push_back(log_z - row[tokens[i + 1]]);
      terms_of[i] = losses.back() + regularization * log_z * log_z;
      total += double(terms.scale) * terms_of[i];
      for (Dim v = 0; v < s.vocab; ++v) {
        gradient[i * s.padded_vocab + v] =
            double(terms.scale) * (std::exp(row[v] - log_z) * (1 + 2 * regularization * log_z) -
                                   (v == tokens[i + 1] ? 1 : 0));
      }
    }
  }
  std::vector<double> gradient, losses, terms_of;
  double total = 0;
};

void check(const LmHeadShape& s, Order order) {
  const Dim n = s.rows * s.seq_len;
  const LossConfig terms(0.5f, 0.01f);
  auto tokens = random_tokens(n, s.vocab, 1);
  const auto logits = bf16_normal(n * s.padded_vocab, 2, 3);
  const Expected expected(logits, tokens, s, terms);
  Array<Bf16> glogits(logits);
  Array<float> glosses(s.rows * (s.seq_len - 1)), gterms(n);
  double total = 1;
  for (const Dim first : {Dim{0}, n / 2}) {  // in two blocks of positions
    const Dim count = first == 0 ? n / 2 : n - n / 2;
    if (count == 0) continue;
    Bf16* block = glogits.data() + first * s.padded_vocab;
    launch(order, {unsigned(count)}, kThreads, position_losses, glosses.data(), block,
           tokens.data(), first, s);
    launch(order, {unsigned(count)}, kThreads, loss_and_gradient, gterms.data() + first, block,
           tokens.data(), first, s, terms);
  }
  launch(order, {1}, kSumWarps * kLanes, sum_all<float>, &total, gterms.data(), n,
         double(terms.scale), true);
  EXPECT_LT(distance(glosses.values(), expected.losses), 1e-5);
  EXPECT_LT(distance(gterms.values(), expected.terms_of), 1e-5);
  EXPECT_LT(distance(glogits.values(), expected.gradient), kRounding);
  EXPECT_NEAR(total - 1, expected.total, 1e-5 * expected.total);
  EXPECT_TRUE(glogits.fences_intact() && glosses.fences_intact() && gterms.fences_intact());
}

TEST(LmHeadKernel, AgreesWithItsFormulas) {
  for (const Order order : kOrders) {
    check({1, 2, 0, 3, 128}, order);
    check({2, 3, 0, 1100, 1152}, order);
    check({1, 2, 0, 9001, 9088}, order);
    check({1, 2, 0, 58001, 58112}, order);  // more logits than a block's registers hold
  }
}

}  // namespace
}  // namespace amt::gpu
