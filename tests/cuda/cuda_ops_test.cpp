// The Ops of a GPU but for cuBLASLt, cuDNN and CUDA itself, which have stand-ins: every call
// against the plain code, and a whole model's loss and gradients against the CPU's.
#include "src/cuda/cuda_ops.hpp"

#include <bit>
#include <functional>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/model.hpp"
#include "amt/ops/weights.hpp"
#include "fake_cuda.hpp"
#include "ops/lm_head_calls.hpp"
#include "support/refusal.hpp"

namespace amt::cuda {
namespace {

using test::distance;
using test::normal;
using test::random_tokens;

class CudaOpsTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::device() = {};
    fake::finish_before_launches();
    ops_ = make_cuda_ops({});
  }
  void TearDown() override {
    ops_.reset();
    EXPECT_EQ(fake::device().used_bytes, 0) << "memory was not given back";
  }

  template <class T>
  Buffer upload(const std::vector<T>& values) {
    Buffer buffer(*ops_, values.size() * sizeof(T));
    ops_->to_device(buffer.as<void>(), values.data(), buffer.bytes());
    return buffer;
  }
  template <class T = float>
  std::vector<T> download(const Buffer& buffer) {
    std::vector<T> values(buffer.bytes() / sizeof(T));
    ops_->to_host(values.data(), buffer.as<void>(), buffer.bytes());
    return values;
  }
  /// fp32 numbers as activations, which bf16 must be able to hold.
  Buffer upload_bf16(const std::vector<float>& values) {
    std::vector<std::uint16_t> upper;
    for (const float x : values)
      upper.push_back(std::uint16_t(std::bit_cast<std::uint32_t>(x) >> 16));
    return upload(upper);
  }
  std::vector<float> download_bf16(const Buffer& buffer) {
    std::vector<float> values;
    for (const std::uint16_t upper : download<std::uint16_t>(buffer)) {
      values.push_back(std::bit_cast<float>(std::uint32_t{upper} << 16));
    }
    return values;
  }
  static std::vector<float> bf16_normal(Dim n, std::uint64_t seed) {
    auto values = normal<float>(n, seed);
    for (float& x : values) {
      x = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xFFFF0000u);
    }
    return values;
  }
  static constexpr auto error = test::refusal<Error>;

  std::unique_ptr<CudaOps> ops_;
};

TEST_F(CudaOpsTest, HostMemoryMayBeReusedAsSoonAsACopyReturns) {
  constexpr std::size_t kSize = 5'000'001;  // several pieces, and a rest
  Buffer buffer(*ops_, kSize * 8);
  std::vector<char> host(kSize), expected;
  for (char i = 0; i < 8; ++i) {  // more pieces than the ring has
    std::iota(host.begin(), host.end(), i);
    expected.insert(expected.end(), host.begin(), host.end());
    ops_->to_device(buffer.as<char>() + i * kSize, host.data(), kSize);
    std::fill(host.begin(), host.end(), char(99));
  }
  EXPECT_EQ(fake::device().waits, 0);
  EXPECT_TRUE(download<char>(buffer) == expected);
}

TEST_F(CudaOpsTest, ATimerTimesWhatIsQueuedBetweenItsEnds) {
  const Buffer buffer(*ops_, 64);
  const std::array<char, 64> host{};
  const auto copy = [&] { ops_->to_device(buffer.as<char>(), host.data(), host.size()); };
  const auto timer = ops_->make_timer();
  copy();
  timer->start();
  for (int i = 0; i < 3; ++i) copy();
  timer->stop();
  copy();
  EXPECT_FLOAT_EQ(static_cast<float>(timer->seconds()), 0.003f);  // 1 ms each, in fake_cuda.cpp
}

TEST_F(CudaOpsTest, OutOfMemorySaysHowMuchAndWhatToDo) {
  fake::device().memory_bytes = fake::device().used_bytes + (3u << 20);
  const std::string text = error([&] { ops_->allocate(std::size_t{5} << 30); });
  EXPECT_NE(text.find("no 5.00 GiB left (3.00 MiB of"), std::string::npos) << text;
  EXPECT_NE(text.find("trainer.per_device_parallelism"), std::string::npos) << text;
  const Buffer still_works(*ops_, 1 << 20);
}

TEST_F(CudaOpsTest, ErrorsOfTheDeviceAreThrownAtTheLatestWhenWaiting) {
  fake::device().broken = true;
  const std::string text = error([&] { ops_->synchronise(); });
  EXPECT_EQ(text.find("CUDA device 0: waiting for queued work: the text (theName): start again"),
            0u)
      << text;
  fake::device().broken = false;
}

TEST_F(CudaOpsTest, SumsAndOptimises) {
  for (const Dim n : {1, 5, 4096, 5000}) {
    const auto x = normal<float>(n, 1), y = normal<float>(n, 2);
    auto v = normal<float>(n, 3);
    for (float& value : v) value *= value;
    const Buffer dx = upload(x), dy = upload(y), dm = upload(x), dv = upload(v);
    double sum = 0, expected = 0;
    ops_->run(SumOfSquares{&sum, dx.as<float>(), n});
    plain::run(SumOfSquares{&expected, x.data(), n});
    EXPECT_NEAR(sum, expected, 1e-6);
    auto p = test::convert<double>(y), m = test::convert<double>(x);
    auto v2 = test::convert<double>(v);
    const auto g = test::convert<double>(x);
    const AdamWStep step{.learning_rate = 0.1, .weight_decay = 0.1, .update = 2};
    plain::run(AdamWOf<double>{p.data(), m.data(), v2.data(), g.data(), n, step});
    ops_->run(AdamW{dy.as<float>(), dm.as<float>(), dv.as<float>(), dx.as<float>(), n, step});
    EXPECT_LT(distance(download(dy), p), 1e-6);
    EXPECT_LT(distance(download(dv), v2), 1e-6);
  }
}

/// The LM head in blocks of 128 positions, of which there are three.
TEST_F(CudaOpsTest, LmHeadAgreesWithPlainOverSeveralBlocks) {
  ops_ = make_cuda_ops({}, 1);
  const LmHeadShape s{5, 60, 16, 37, 128};
  const Dim n = s.rows * s.seq_len;
  const LossTerms terms(0.5f, 0.01f);
  const auto tokens = random_tokens(n, s.vocab, 1);
  const auto x = bf16_normal(n * s.width, 2);
  auto wte = bf16_normal(s.padded_vocab * s.width, 3);
  std::fill(wte.begin() + s.vocab * s.width, wte.end(), 0.0f);
  const Buffer dtokens = upload(tokens), hidden = upload_bf16(x), weights = upload(wte);
  const Buffer dx = Buffer::activations(*ops_, n * s.width);
  const Buffer dwte = upload(std::vector<float>(wte.size(), 1)),
               total = upload(std::vector<double>{3});
  const Buffer losses = Buffer::floats(*ops_, s.rows * (s.seq_len - 1));
  const Buffer logits = Buffer::floats(*ops_, n * s.vocab);
  Weights known(*ops_, weights.as<float>(), Dim(wte.size()));
  known.refresh();
  ops_->run(LmHeadTrain{.loss = total.as<double>(),
                        .dx = dx.activation(),
                        .dwte = dwte.as<float>(),
                        .x = hidden.activation(),
                        .wte = weights.as<float>(),
                        .tokens = dtokens.as<std::uint16_t>(),
                        .shape = s,
                        .terms = terms});
  ops_->run(LmHeadLosses{.losses = losses.as<float>(),
                         .x = hidden.activation(),
                         .wte = weights.as<float>(),
                         .tokens = dtokens.as<std::uint16_t>(),
                         .shape = s});
  LmHeadLogits all{.logits = logits.as<float>(),
                   .x = hidden.activation(),
                   .wte = weights.as<float>(),
                   .n = n,
                   .width = s.width,
                   .vocab = s.vocab,
                   .padded_vocab = s.padded_vocab};
  ops_->run(all);
  const Buffer last = Buffer::floats(*ops_, s.rows * s.vocab);
  LmHeadLogits of_last = all;
  of_last.logits = last.as<float>();
  of_last.n = s.rows;
  of_last.first = s.seq_len - 1;
  of_last.step = s.seq_len;
  ops_->run(of_last);

  const auto xd = test::convert<double>(x), wd = test::convert<double>(wte);
  std::vector<double> e_dx(xd.size()), e_dwte(wd.size(), 1), e_losses(s.rows * (s.seq_len - 1));
  std::vector<double> e_logits(n * s.vocab);
  double e_total = 3;
  plain::run(
      test::head_train<double>(&e_total, e_dx.data(), e_dwte, xd.data(), wd, tokens, s, terms));
  plain::run(test::head_losses<double>(e_losses, xd.data(), wd, tokens, s));
  plain::run(test::head_logits<double>(e_logits, xd.data(), wd, s));
  std::vector<float> e_last;
  for (Dim row = 0; row < s.rows; ++row) {
    const auto first = e_logits.begin() + (row * s.seq_len + s.seq_len - 1) * s.vocab;
    e_last.insert(e_last.end(), first, first + s.vocab);
  }
  EXPECT_LT(distance(download(last), e_last), 1e-5);
  EXPECT_NEAR(download<double>(total)[0] / e_total, 1, 0.01);
  EXPECT_LT(distance(download_bf16(dx), e_dx), 0.02);
  EXPECT_LT(distance(download(losses), e_losses), 0.02);
  EXPECT_LT(distance(download(logits), e_logits), 1e-5);
  const auto gradient = download(dwte);
  EXPECT_LT(distance(gradient, e_dwte), 0.02);
  for (Dim i = s.vocab * s.width; i < Dim(gradient.size()); ++i) EXPECT_EQ(gradient[i], 1);
}

ModelConfig small_model() {
  ModelConfig config;
  config.seq_len = 24;
  config.hidden_dim = 32;
  config.num_heads = 4;
  config.num_layers = 2;
  config.vocab_size = 150;
  return config;
}

struct Result {
  double loss;
  std::vector<float> gradients, losses;
};

Result train(Ops& ops, const ModelConfig& config) {
  constexpr int kRows = 3;
  Model model(ops, config, kRows);
  std::vector<float> parameters(model.layout().total());
  initialise_parameters(config, model.layout(), 7, parameters);
  for (float& x : parameters) x *= 3;  // far from a model that says nothing
  model.set_parameters(parameters);
  const auto tokens = random_tokens(kRows * config.seq_len, config.vocab_size, 5);
  const std::size_t waits = fake::device().waits;
  Result result;
  for (int micro_batch = 0; micro_batch < 2; ++micro_batch) {
    model.forward_backward(tokens, kRows, LossTerms(0.1f, 1e-3f), {.seed = 3, .step = 4});
  }
  EXPECT_EQ(fake::device().waits, waits) << "a step waits for nothing";
  result.loss = model.take_loss();
  result.gradients.resize(parameters.size());
  model.get_gradients(result.gradients);
  result.losses.resize(kRows * (config.seq_len - 1));
  model.losses(tokens, kRows, result.losses);
  return result;
}

TEST_F(CudaOpsTest, AModelLearnsWhatItLearnsOnTheCpu) {
  const auto cpu = make_cpu_ops(1);
  for (const bool checkpointing : {false, true}) {
    ModelConfig config = small_model();
    config.gradient_checkpointing = checkpointing;
    const Result expected = train(*cpu, config), got = train(*ops_, config);
    EXPECT_NEAR(got.loss / expected.loss, 1, 0.005);
    EXPECT_LT(distance(got.losses, expected.losses), 0.02);
    const ParameterLayout layout(config);
    for (const ParameterInfo& p : layout.all()) {
      const auto part = [&](const std::vector<float>& all) {
        return std::vector<float>(all.begin() + p.offset, all.begin() + p.offset + p.stored);
      };
      EXPECT_LT(distance(part(got.gradients), part(expected.gradients)), 0.05) << p.name;
    }
  }
}

TEST_F(CudaOpsTest, EqualRunsGiveEqualBits) {
  const Result once = train(*ops_, small_model()), again = train(*ops_, small_model());
  EXPECT_EQ(once.loss, again.loss);
  EXPECT_EQ(once.gradients, again.gradients);
  EXPECT_EQ(once.losses, again.losses);
}

TEST_F(CudaOpsTest, WidthsThatDoNotFitAreRefused) {
  for (const Dim width : {12, 2056}) {
    const std::string text = error([&] {
      ops_->run(EmbeddingForward{nullptr, nullptr, nullptr, nullptr, 1, 1, width});
    });
    EXPECT_NE(text.find("multiple of 8 and at most 2048"), std::string::npos) << text;
  }
}

TEST_F(CudaOpsTest, WeightsThatWereNotPreparedAreAnError) {
  const Buffer x = upload(std::vector<float>(64, 0.0f));
  Weights weights(*ops_, x.as<float>(), 32);
  weights.refresh();
  const std::string text = error([&] {
    ops_->run(LinearForward{.out = x.activation(),
                            .x = x.activation(),
                            .weight = x.as<float>() + 32,
                            .bias = x.as<float>(),
                            .n = 1,
                            .in_width = 8,
                            .out_width = 8});
  });
  EXPECT_NE(text.find("not prepared"), std::string::npos) << text;
}

// By the own kernels, whatever was asked for: there is no fused plan for them.
TEST_F(CudaOpsTest, QueriesAtTheEndOfRowsAgreeWithPlain) {
  ops_ = make_cuda_ops({.attention = Attention::kCudnn});
  const AttentionShape s{2, 3, 9, 2, 8, 0.35f};
  const Dim width = s.heads * s.head_dim, queries = s.rows * s.query_len * width;
  const auto q = bf16_normal(queries, 1), k = bf16_normal(s.rows * s.key_len * width, 2);
  const auto v = bf16_normal(s.rows * s.key_len * width, 3);
  const Buffer gq = upload_bf16(q), gk = upload_bf16(k), gv = upload_bf16(v);
  const Buffer out = Buffer::activations(*ops_, queries);
  const Buffer lse = Buffer::floats(*ops_, s.rows * s.heads * s.query_len);
  const auto heads = [&](const auto* data, Dim length) {
    return HeadsOf<std::remove_reference_t<decltype(*data)>>{data, 0, length * width, width};
  };
  const auto on_gpu = [&](const Buffer& buffer, Dim length) {
    return heads(static_cast<const Activation*>(buffer.activation()), length);
  };
  ops_->run(AttentionForward{out.activation(), lse.as<float>(), on_gpu(gq, s.query_len),
                             on_gpu(gk, s.key_len), on_gpu(gv, s.key_len), s});
  EXPECT_EQ(fake::device().fused_calls, 0);
  std::vector<float> expected(queries), expected_lse(s.rows * s.heads * s.query_len);
  plain::run(AttentionForwardOf<float, float>{
      expected.data(), expected_lse.data(), heads(q.data(), s.query_len),
      heads(k.data(), s.key_len), heads(v.data(), s.key_len), s});
  EXPECT_LT(distance(download_bf16(out), expected), 0.01);
  EXPECT_LT(distance(download(lse), expected_lse), 1e-5);
}

}  // namespace
}  // namespace amt::cuda
