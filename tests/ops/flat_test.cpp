// Tests operators on flat buffers, class Buffer, and reproducibility.
#include <cstring>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "lm_head_calls.hpp"
#include "numbers.hpp"
#include "support/plain_ops.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using namespace test;

constexpr Dim kLong = 40001;  // several pieces and an odd remainder

TEST(Flat, AdamWAgreesWithPlainOverManyUpdates) {
  const auto ops = make_cpu_ops(2);
  auto p = normal<float>(kLong, 1), m = std::vector<float>(kLong), v = m;
  auto plain_p = convert<double>(p), plain_m = convert<double>(m), plain_v = convert<double>(v);
  for (int update = 1; update <= 20; ++update) {
    const AdamWStep step{
        .learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.7, .update = update};
    const auto g = normal<float>(kLong, 10 + std::uint64_t(update), 0.01);
    const auto plain_g = convert<double>(g);
    ops->run(AdamW{p.data(), m.data(), v.data(), g.data(), kLong, step});
    plain::run(AdamWOf<double>{plain_p.data(), plain_m.data(), plain_v.data(), plain_g.data(),
                               kLong, step});
  }
  EXPECT_LT(distance(p, plain_p), 2e-6);
  EXPECT_LT(distance(m, plain_m), 2e-6);
  EXPECT_LT(distance(v, plain_v), 2e-6);
}

TEST(Flat, AdamWKeepsPaddingZero) {
  const auto ops = make_cpu_ops(1);
  std::vector<float> p(100), m(100), v(100), g(100);
  for (int update = 1; update <= 3; ++update) {
    ops->run(AdamW{p.data(),
                   m.data(),
                   v.data(),
                   g.data(),
                   100,
                   {.learning_rate = 1, .weight_decay = 0.1, .update = update}});
  }
  EXPECT_EQ(p, std::vector<float>(100));
}

TEST(Flat, SumOfSquaresIsAccurateAndDoesNotDependOnThreads) {
  const auto x = normal<float>(kLong, 1);
  double expected = 1;
  plain::run(SumOfSquares{&expected, x.data(), kLong});
  const auto on_cpu = [&](int threads, Dim n) {
    double sum = 1;
    make_cpu_ops(threads)->run(SumOfSquares{&sum, x.data(), n});
    return sum;
  };
  const double one = on_cpu(1, kLong);
  EXPECT_NEAR(one, expected, 1e-12 * expected);
  EXPECT_EQ(one, on_cpu(3, kLong));
  EXPECT_EQ(on_cpu(1, 0), 0);
}

TEST(Buffers, MoveTransfersTheMemory) {
  const auto ops = make_cpu_ops(1);
  Buffer a = Buffer::floats(*ops, 8);
  float* memory = a.as<float>();
  const std::vector<float> host{1, 2, 3, 4, 5, 6, 7, 8};
  ops->to_device(memory, host.data(), a.bytes());
  Buffer b = std::move(a);
  EXPECT_EQ(b.as<float>(), memory);
  EXPECT_EQ(a.bytes(), 0u);  // NOLINT: a moved-from buffer is empty by contract
  a = std::move(b);
  std::vector<float> back(8);
  ops->to_host(back.data(), a.as<float>(), a.bytes());
  EXPECT_EQ(back, host);
  a.zero();
  EXPECT_EQ(std::vector<float>(memory, memory + 8), std::vector<float>(8));
}

TEST(Buffers, AnImpossibleSizeIsReportedWithAdvice) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer ends the process instead of letting new fail";
#endif
  const auto ops = make_cpu_ops(1);
  EXPECT_TRUE(test::refuses<Error>([&] { Buffer::floats(*ops, Dim{1} << 56); },
                                   {"PiB", "trainer.per_device_parallelism"}));
}

TEST(CpuOps, RefusesANegativeNumberOfThreads) { EXPECT_THROW(make_cpu_ops(-1), UsageError); }

// For every backend and precision, pointers outside all weights, or into forgotten ones, are
// refused.
TEST(CpuOps, WeightsThatWereNotRefreshedAreAnError) {
  std::vector<std::unique_ptr<Ops>> all;
  all.push_back(test::make_plain_ops());
  all.push_back(make_cpu_ops(1));
  if (bf16_support() != Bf16Support::kNone) all.push_back(make_cpu_ops(1, Precision::kBf16));
  const std::vector<float> flat(192, 1.0f);
  std::vector<double> x(64), out(64);  // large enough for activations of any type
  for (const auto& ops : all) {
    const auto call = [&](const float* weight, const float* bias) {
      ops->run(LinearForward{.out = reinterpret_cast<Activation*>(out.data()),
                             .x = reinterpret_cast<const Activation*>(x.data()),
                             .weight = weight,
                             .bias = bias,
                             .n = 1,
                             .in_width = 8,
                             .out_width = 8});
    };
    {
      Weights weights(*ops, flat.data() + 64, 128);
      EXPECT_THROW(call(flat.data() + 64, flat.data() + 64), Error) << ops->description();
      weights.refresh();
      call(flat.data() + 64, flat.data() + 128);
      EXPECT_THROW(call(flat.data(), flat.data() + 64), Error) << ops->description();
      EXPECT_THROW(call(flat.data() + 64, flat.data() + 192), Error) << ops->description();
      Weights overlapping(*ops, flat.data(), 65);
      EXPECT_THROW(overlapping.refresh(), Error) << ops->description();
    }
    EXPECT_THROW(call(flat.data() + 64, flat.data() + 128), Error) << ops->description();
  }
}

TEST(CpuOps, TwoModelsCanAlternate) {
  const auto ops = make_cpu_ops(1);
  const std::vector<float> x{1}, one{1}, two{2}, zero{0};
  std::vector<float> out(1);
  const Refreshed first(*ops, one), second(*ops, two), bias(*ops, zero);
  for (const auto* w : {&one, &two, &one}) {
    ops->run(LinearForward{.out = act(out),
                           .x = act(x),
                           .weight = w->data(),
                           .bias = zero.data(),
                           .n = 1,
                           .in_width = 1,
                           .out_width = 1});
    EXPECT_EQ(out[0], (*w)[0]);
  }
}

TEST(CpuOps, IsReproducibleBitForBit) {
  const LmHeadShape s{2, 200, 64, 3000, 3072};
  const AttentionShape attention = self_attention(2, 200, 4, 16, 0.25f);
  const auto tokens = random_tokens(400, s.vocab, 1);
  const auto x = normal<float>(400 * s.width, 2), wte = normal<float>(s.padded_vocab * s.width, 3);
  const auto qkv = normal<float>(400 * 3 * 64, 4);
  const auto run = [&] {
    const auto ops = make_cpu_ops(2);
    std::vector<float> all(400 * 64), out(400 * 64), lse(2 * 4 * 200), dqkv(qkv.size());
    std::vector<float> dwte(wte.size());
    double loss = 0;
    const Refreshed weights(*ops, wte);
    ops->run(head_train<Activation>(&loss, act(all), dwte, act(x), wte, tokens, s, 1));
    const auto heads = [&](Dim part) { return packed_heads(act(qkv), attention, part); };
    const auto gradients = [&](Dim part) { return packed_heads(act(dqkv), attention, part); };
    ops->run(AttentionForward{act(out), lse.data(), heads(0), heads(1), heads(2), attention});
    ops->run(AttentionBackward{.dq = gradients(0),
                               .dk = gradients(1),
                               .dv = gradients(2),
                               .dout = act(x),
                               .out = act(out),
                               .lse = lse.data(),
                               .q = heads(0),
                               .k = heads(1),
                               .v = heads(2),
                               .shape = attention});
    for (const auto* part : {&dwte, &out, &lse, &dqkv}) {
      all.insert(all.end(), part->begin(), part->end());
    }
    return all;
  };
  const auto first = run();
  for (int again = 0; again < 3; ++again) {
    const auto next = run();
    EXPECT_EQ(std::memcmp(next.data(), first.data(), first.size() * sizeof(float)), 0);
  }
}

}  // namespace
}  // namespace amt
