// Tests flat buffers, memory and timers on a GPU.
#include "gpu_ops_fixture.hpp"

namespace amt::test {
namespace {

TEST_F(GpuOps, FlatBuffers) {
  for (const Dim n : {Dim{1}, Dim{3}, Dim{1023}, Dim{3'000'001}}) {
    const auto g = normal<float>(n, 1);
    compare(
        "adamw", shape_text({n}),
        [&](Workbench& w) {
          float *p = w.floats(normal<float>(n, 2)), *m = w.floats(normal<float>(n, 3, 0.1));
          std::vector<float> second = normal<float>(n, 4, 0.1);
          for (float& value : second) value *= value;
          float* v = w.floats(second);
          const AdamWStep step{
              .learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.5, .update = 3};
          w.ops().run(AdamW{p, m, v, w.floats(g), n, step});
          w.result("p", p, n);
          w.result("m", m, n);
          w.result("v", v, n);
        },
        kFloatTolerance);
    compare(
        "flat", shape_text({n}),
        [&](Workbench& w) {
          double sum = 0;
          w.ops().run(SumOfSquares{&sum, w.floats(g), n});
          w.result("sum of squares", sum);
        },
        kFloatTolerance);
  }
}

TEST_F(GpuOps, CopiesRoundTrip) {
  const auto ops = make_tested_ops();
  const auto values = normal<float>(100'003, 1);
  const Buffer buffer = Buffer::floats(*ops, 100'003);
  std::vector<float> back(values.size());
  ops->to_device(buffer.as<float>(), values.data(), buffer.bytes());
  ops->zero(buffer.as<float>() + 7, 5 * sizeof(float));
  ops->to_host(back.data(), buffer.as<float>(), buffer.bytes());
  auto expected = values;
  std::fill_n(expected.begin() + 7, 5, 0.0f);
  EXPECT_EQ(back, expected);
  ops->synchronise();
}

TEST_F(GpuOps, ATimerMeasuresTheDevice) {
  const auto ops = make_tested_ops();
  const Buffer buffer(*ops, std::size_t{256} << 20);
  const auto timer = ops->make_timer();
  const auto seconds = [&](int pieces) {
    timer->start();
    for (int i = 0; i < pieces; ++i) ops->zero(buffer.as<char>(), buffer.bytes());
    timer->stop();
    return timer->seconds();
  };
  EXPECT_GT(seconds(64), seconds(1));
}

}  // namespace
}  // namespace amt::test
