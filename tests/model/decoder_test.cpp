#include "amt/model/decoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "support/tiny_model.hpp"

namespace amt {
namespace {

constexpr int kRows = 3;

class DecoderTest : public testing::Test {
 protected:
  DecoderTest() { set(1); }
  void set(std::uint64_t seed) {
    std::vector<float> values(static_cast<std::size_t>(model_.layout().total()));
    initialise_parameters(model_.config(), model_.layout(), seed, values);
    model_.set_parameters(values);
  }
  static std::vector<Token> tokens(int count, int salt = 0) {
    std::vector<Token> row;
    for (int i = 0; i < count; ++i)
      row.push_back(static_cast<Token>((7 * i * i + 3 * i + salt) % 50));
    return row;
  }
  /// Returns the logits of the last position, computed by the model itself.
  std::vector<float> expected(std::vector<Token> context) {
    const ModelConfig& c = model_.config();
    const std::size_t last = context.size() - 1;
    context.resize(static_cast<std::size_t>(c.seq_len));
    std::vector<float> all(context.size() * c.vocab_size);
    model_.logits(context, 1, all);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(last) * c.vocab_size;
    return {begin, begin + c.vocab_size};
  }
  std::vector<float> next(Decoder& decoder, const std::vector<Token>& context, int row = 0,
                          TokenRange range = {0, 50}) {
    std::vector<float> logits(static_cast<std::size_t>(range.size()));
    const DecoderRow asked{row, context};
    decoder.next({&asked, 1}, range, logits);
    return logits;
  }
  static void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-6) << i;
  }

  std::unique_ptr<Ops> ops_ = make_cpu_ops(2);
  Model model_{*ops_, test::tiny_model(), 1, Purpose::kInference};
};

TEST_F(DecoderTest, AgreesWithTheModel) {
  Decoder decoder(model_, 1);
  for (int size = 1; size <= model_.config().seq_len; ++size) {
    expect_near(next(decoder, tokens(size)), expected(tokens(size)));
  }
}

TEST_F(DecoderTest, ContextsMayGrowShrinkOrRepeat) {
  Decoder decoder(model_, 1);
  for (const int size : {3, 9, 9, 2, 12}) {
    expect_near(next(decoder, tokens(size)), expected(tokens(size)));
  }
}

TEST_F(DecoderTest, RecomputesTheTokensAfterADifference) {
  Decoder decoder(model_, 1);
  std::vector<Token> context = tokens(10);
  next(decoder, context);
  context[4] = 31;
  expect_near(next(decoder, context), expected(context));
}

TEST_F(DecoderTest, ReturnsOnlyTheRequestedRange) {
  Decoder decoder(model_, 1);
  const std::vector<float> all = next(decoder, tokens(5)),
                           some = next(decoder, tokens(5), 0, {11, 30});
  EXPECT_EQ(some, std::vector<float>(all.begin() + 11, all.begin() + 30));
}

TEST_F(DecoderTest, RowsDoNotDependOnOtherRows) {
  Decoder alone(model_, 1), together(model_, kRows);
  for (int step = 0; step < 5; ++step) {
    std::vector<std::vector<Token>> contexts;
    std::vector<DecoderRow> rows;
    for (int row = 0; row < kRows; ++row) contexts.push_back(tokens(2 + step + 2 * row, row));
    for (int row = kRows - 1; row >= 0; --row) rows.push_back({row, contexts[row]});
    std::vector<float> logits(kRows * 50);
    together.next(rows, {0, 50}, logits);
    const std::vector<float> last(logits.end() - 50, logits.end());
    EXPECT_EQ(last, next(alone, contexts[0])) << "step " << step;
    expect_near({logits.begin(), logits.begin() + 50}, expected(contexts[kRows - 1]));
  }
}

// The last token uses 8-bit products, all others the rounded weights in floating point. Both must
// agree, and rows must not depend on the other rows of a call.
TEST(Int8Decoder, AgreesWithTheModelWithRoundedWeights) {
  const auto ops = make_cpu_ops(2, Precision::kF32, true), plain = make_cpu_ops(2);
  const ModelConfig config = test::tiny_model();
  Model model(*ops, config, 1, Purpose::kInference), full(*plain, config, 1, Purpose::kInference);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 1, values);
  const std::vector<float> before = values;
  round_to_int8(model.layout(), values);
  EXPECT_NE(before, values);
  const std::vector<float> once = values;
  round_to_int8(model.layout(), values);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_FLOAT_EQ(values[i], once[i]);
  model.set_parameters(values);
  full.set_parameters(values);
  Decoder alone(model, 1), together(model, kRows), expected(full, 1);
  std::vector<Token> context{1, 2, 3};
  for (int step = 0; step < 8; ++step) {
    std::vector<float> got(50), want(50), all(kRows * 50);
    const DecoderRow row{0, context};
    alone.next({&row, 1}, {0, 50}, got);
    expected.next({&row, 1}, {0, 50}, want);
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 2e-4) << i;
    std::vector<DecoderRow> rows;
    for (int r = 0; r < kRows; ++r) rows.push_back({r, context});
    together.next(rows, {0, 50}, all);
    EXPECT_EQ(got, std::vector<float>(all.end() - 50, all.end()));
    context.push_back(static_cast<Token>(7 * step % 50));
  }
  values[static_cast<std::size_t>(model.layout().all()[4].offset)] = INFINITY;
  EXPECT_THROW(round_to_int8(model.layout(), values), Error);
}

TEST_F(DecoderTest, NoticesChangedParameters) {
  Decoder decoder(model_, 1);
  const std::vector<float> before = next(decoder, tokens(8));
  set(2);
  const std::vector<float> after = next(decoder, tokens(9));
  EXPECT_NE(before, after);
  expect_near(after, expected(tokens(9)));
}

TEST_F(DecoderTest, RefusesInvalidContexts) {
  Decoder decoder(model_, 2);
  EXPECT_THROW(next(decoder, {}), Error);
  EXPECT_THROW(next(decoder, tokens(13)), Error);
  EXPECT_THROW(next(decoder, {1, 2, 50}), Error);
  EXPECT_THROW(next(decoder, {1}, 2), Error);
  expect_near(next(decoder, tokens(4), 1), expected(tokens(4)));
}

}  // namespace
}  // namespace amt
