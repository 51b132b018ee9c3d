#include "amt/ops/attention_step.hpp"

#include "bf16_numbers.hpp"

namespace amt {
namespace {

using namespace test;

constexpr Dim kLength = 9, kHeads = 3, kWidth = kHeads * 16;

/// Rows 1 and 2 are adjacent and equally long; row 0 was empty, and row 3 becomes full.
struct Places {
  std::vector<std::int32_t> rows = {1, 2, 3, 0}, positions = {5, 5, kLength - 1, 0};
  Dim count = 4;
};

template <class A, class P>
AttentionStepOf<A, P> step(A* out, P* lse, A* cache, const A* qkv, const Places& places) {
  return {.out = out,
          .lse = lse,
          .cache = cache,
          .qkv = qkv,
          .rows = places.rows.data(),
          .positions = places.positions.data(),
          .n = places.count,
          .cache_length = kLength,
          .heads = kHeads,
          .head_dim = kWidth / kHeads,
          .scale = 0.25f};
}

constexpr Dim kCache = 4 * kLength * 2 * kWidth;

TEST(AttentionStep, PlainAttendsToTheNewPosition) {
  Places places{{1}, {0}, 1};  // its only key: the output is its value
  std::vector<double> cache(kCache, NAN), out(kWidth), lse(kHeads);
  const auto qkv = normal<double>(3 * kWidth, 1);
  plain::run(step<double, double>(out.data(), lse.data(), cache.data(), qkv.data(), places));
  for (Dim c = 0; c < kWidth; ++c) {
    EXPECT_DOUBLE_EQ(out[c], qkv[2 * kWidth + c]);
    EXPECT_EQ(cache[(kLength * 2) * kWidth + c], qkv[kWidth + c]);
    EXPECT_EQ(cache[(kLength * 2 + 1) * kWidth + c], qkv[2 * kWidth + c]);
  }
  EXPECT_TRUE(std::isnan(cache[0]) && std::isnan(cache[(kLength + 1) * 2 * kWidth]));
}

TEST(AttentionStep, CpuAgreesWithPlain) {
  const Places places;
  const auto ops = make_cpu_ops(2);
  auto cache = normal<float>(kCache, 1);
  const auto qkv = normal<float>(places.count * 3 * kWidth, 2);
  auto plain_cache = convert<double>(cache);
  const auto plain_qkv = convert<double>(qkv);
  std::vector<float> out(places.count * kWidth), lse(places.count * kHeads);
  std::vector<double> plain_out(out.size()), plain_lse(lse.size());
  ops->run(step<Activation, float>(act(out), lse.data(), act(cache), act(qkv), places));
  plain::run(
      step(plain_out.data(), plain_lse.data(), plain_cache.data(), plain_qkv.data(), places));
  EXPECT_LT(distance(out, plain_out), 2e-6);
  EXPECT_LT(distance(lse, plain_lse), 2e-6);
  EXPECT_EQ(convert<double>(cache), plain_cache);
}

TEST_F(Bf16Ops, AttentionStep) {
  const Places places;
  Numbers cache(kCache, 1);
  const Numbers qkv(places.count * 3 * kWidth, 2);
  auto out = results(places.count * kWidth);
  std::vector<float> lse(places.count * kHeads);
  std::vector<double> plain_out(out.size()), plain_lse(lse.size());
  ops_->run(step<Activation, float>(act(out), lse.data(), act(cache.bf16), act(qkv.bf16), places));
  plain::run(step(plain_out.data(), plain_lse.data(), cache.fp64.data(), qkv.fp64.data(), places));
  EXPECT_LT(distance(widen(out), plain_out), 2 * kRounding);
  EXPECT_EQ(convert<double>(widen(cache.bf16)), cache.fp64);
}

}  // namespace
}  // namespace amt
