// Lets the real cuDNN plan the project's own graphs for described cards, without a GPU or a driver
// (see absent_driver.cpp). Nothing is computed.
#include <gtest/gtest.h>

#include <memory>

#include "described_cards.hpp"
#include "src/cuda/attention_cudnn.cpp"

namespace amt::cuda {
namespace {

using test::Card;
using test::kA100, test::kB200, test::kH100;

enum class Order : std::uint8_t { kFixed, kAny };  // order of summation in the gradient

struct Planned {
  std::string why_not;  ///< "" if there is a plan
  std::int64_t workspace = 0;
};

Planned plan(const Card& card, const AttentionShape& shape, Direction direction,
             Order order = Order::kFixed) {
  const auto properties = std::make_shared<fe::DeviceProperties>();
  const std::string json = json_of(card);
  Planned planned{text(properties->deserialize({json.begin(), json.end()}))};
  EXPECT_EQ(planned.why_not, "");
  Graph graph;
  graph.set_device_properties(properties);
  graph.set_sm_version(card.version / 10);
  if (direction == Direction::kForward) {
    describe_forward(graph, shape);
  } else {
    describe_backward(graph, shape, order == Order::kFixed);
  }
  planned.why_not = text(graph.build({fe::HeurMode_t::A}));
  if (planned.why_not.empty()) planned.workspace = graph.get_workspace_size();
  return planned;
}

class CudnnPlans : public testing::Test {
 protected:
  void SetUp() override {
    if (cudnnGetVersion() < 91100) GTEST_SKIP() << "this cuDNN cannot make plans without a device";
  }
};

constexpr Dim kRows = 8, kLength = 1024, kHeadDim = 64;

constexpr AttentionShape shape_of(Dim heads) {
  return self_attention(kRows, kLength, heads, kHeadDim, 0.125f);
}

/// Returns the bytes of the scores' gradient, which a fixed order of summation needs in memory.
constexpr Dim score_bytes(Dim heads) { return kRows * heads * kLength * kLength * 2; }

// The head sizes of lakh-small, -medium and -large.
TEST_F(CudnnPlans, EveryShippedModelHasPlansOnEachKindOfCard) {
  for (const Card& card : {kA100, kH100, kB200}) {
    for (const Dim heads : {12, 16, 20}) {
      for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
        EXPECT_EQ(plan(card, shape_of(heads), direction).why_not, "") << card.name;
      }
    }
  }
}

TEST_F(CudnnPlans, AGradientInFixedOrderFitsIntoItsEstimate) {
  for (const Card& card : {kA100, kH100}) {
    const Planned fixed = plan(card, shape_of(12), Direction::kBackward);
    const Dim queries = kRows * kLength * 12 * kHeadDim * Dim{sizeof(float)};
    EXPECT_GE(fixed.workspace, score_bytes(12)) << card.name;
    EXPECT_LE(fixed.workspace, score_bytes(12) + queries)
        << card.name << ": must not exceed the estimate in gpu_bytes()";
  }
}

TEST_F(CudnnPlans, AGradientInAnyOrderNeedsMuchLess) {
  for (const Card& card : {kA100, kH100}) {
    const Planned any = plan(card, shape_of(12), Direction::kBackward, Order::kAny);
    EXPECT_EQ(any.why_not, "") << card.name;
    EXPECT_LT(any.workspace, score_bytes(12) / 2) << card.name;
  }
}

TEST_F(CudnnPlans, AnyLengthAndAnyLastMicroBatchHavePlans) {
  for (const AttentionShape& shape :
       {self_attention(1, kLength, 12, kHeadDim, 1), self_attention(3, 77, 2, kHeadDim, 1)}) {
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      EXPECT_EQ(plan(kH100, shape, direction).why_not, "");
    }
  }
}

TEST_F(CudnnPlans, AShapeWithoutAPlanIsRefusedWithAReason) {
  const AttentionShape odd = self_attention(2, kLength, 4, 12, 1);
  EXPECT_NE(plan(kH100, odd, Direction::kForward).why_not, "");
  const AttentionShape wide = self_attention(1, kLength, 4, 256, 1);
  EXPECT_EQ(plan(kA100, wide, Direction::kForward).why_not, "")
      << "the forward pass alone must be supported";
  EXPECT_NE(plan(kA100, wide, Direction::kBackward).why_not, "");
}

}  // namespace
}  // namespace amt::cuda
