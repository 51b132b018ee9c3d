// Calls on flat buffers, buffers themselves, and repeatability.
#include <cstring>

#include "amt/base/error.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "numbers.hpp"
#include "src/ops/plain/optimizer.hpp"

namespace amt {
namespace {

using namespace test;

constexpr Dim kLong = 40001;  // several pieces, and an odd rest

TEST(Flat, AdamWAgreesWithPlainOverManyUpdates) {
  const auto ops = make_cpu_ops(2);
  auto p = normal<float>(kLong, 1), m = std::vector<float>(kLong), v = m;
  auto plain_p = convert<double>(p), plain_m = convert<double>(m), plain_v = convert<double>(v);
  for (int update = 1; update <= 20; ++update) {
    const AdamWStep step{
        .learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.7, .update = update};
    const auto g = normal<float>(kLong, 10 + std::uint64_t(update), 0.01);
    ops->adamw(p.data(), m.data(), v.data(), g.data(), kLong, step);
    plain::adamw(plain_p.data(), plain_m.data(), plain_v.data(), convert<double>(g).data(), kLong,
                 step);
  }
  EXPECT_LT(distance(p, plain_p), 2e-6);
  EXPECT_LT(distance(m, plain_m), 2e-6);
  EXPECT_LT(distance(v, plain_v), 2e-6);
}

TEST(Flat, AdamWKeepsPaddingZero) {
  const auto ops = make_cpu_ops(1);
  std::vector<float> p(100), m(100), v(100), g(100);
  for (int update = 1; update <= 3; ++update) {
    ops->adamw(p.data(), m.data(), v.data(), g.data(), 100,
               {.learning_rate = 1, .weight_decay = 0.1, .update = update});
  }
  EXPECT_EQ(p, std::vector<float>(100));
}

TEST(Flat, SumOfSquaresIsExactEnoughAndDoesNotDependOnThreads) {
  const auto x = normal<float>(kLong, 1);
  const double expected = plain::sum_of_squares(x.data(), kLong);
  const double one = make_cpu_ops(1)->sum_of_squares(x.data(), kLong);
  EXPECT_NEAR(one, expected, 1e-12 * expected);
  EXPECT_EQ(one, make_cpu_ops(3)->sum_of_squares(x.data(), kLong));
  EXPECT_EQ(make_cpu_ops(1)->sum_of_squares(x.data(), 0), 0);
}

TEST(Flat, AddAndScale) {
  const auto ops = make_cpu_ops(2);
  auto x = normal<float>(kLong, 1), expected = x;
  const auto y = normal<float>(kLong, 2);
  ops->add(x.data(), y.data(), kLong);
  ops->scale(x.data(), 0.25f, kLong);
  plain::add(expected.data(), y.data(), kLong);
  plain::scale(expected.data(), 0.25f, kLong);
  EXPECT_EQ(x, expected);
}

TEST(Buffers, MoveTakesTheMemoryAlong) {
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

TEST(Buffers, TooLargeARequestSaysHowMuchAndWhatToDo) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer ends the process where new would fail";
#endif
  const auto ops = make_cpu_ops(1);
  try {
    Buffer::floats(*ops, Dim{1} << 56);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("PiB"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("per_device_parallelism"), std::string::npos);
  }
}

TEST(CpuOps, RefusesANegativeNumberOfThreads) { EXPECT_THROW(make_cpu_ops(-1), UsageError); }

TEST(CpuOps, RepeatsItsBits) {
  const LmHeadShape s{2, 200, 64, 3000, 3072};
  const AttentionShape attention{2, 200, 4, 16, 0.25f};
  const auto tokens = random_tokens(400, s.vocab, 1);
  const auto x = normal<float>(400 * s.width, 2), wte = normal<float>(s.padded_vocab * s.width, 3);
  const auto qkv = normal<float>(400 * 3 * 64, 4);
  const auto run = [&] {
    const auto ops = make_cpu_ops(2);
    std::vector<float> all(400 * 64), out(400 * 64), lse(2 * 4 * 200), dqkv(qkv.size());
    std::vector<float> dwte(wte.size());
    double loss = 0;
    ops->lm_head_train(&loss, act(all), dwte.data(), act(x), wte.data(), tokens.data(), s, 1);
    ops->attention_forward(act(out), lse.data(), act(qkv), attention);
    ops->attention_backward(act(dqkv), act(x), act(out), lse.data(), act(qkv), attention);
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
