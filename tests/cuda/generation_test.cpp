// Generation on CudaOps with fake libraries: a step replays one recorded graph, and gives the same
// logits as operators that are launched one by one.
#include "amt/model/decoder.hpp"
#include "cuda_ops_fixture.hpp"
#include "support/passing_ops.hpp"
#include "support/tiny_model.hpp"

namespace amt::cuda {
namespace {

/// Forwards every call to another Ops, but cannot record.
class StepByStep final : public Implement<StepByStep, test::PassingOps, Operators> {
 public:
  explicit StepByStep(Ops& to) : Implement(to) {}
  template <class Op>
  void execute(const Op& op) {
    to_.run(op);
  }
};

struct Generated {
  std::vector<float> logits;
  std::size_t launches = 0;  ///< in the last step
};

/// Generates a few steps of `rows` rows; the first row is shorter than the others.
Generated generate(Ops& ops, int rows, int steps) {
  const ModelConfig config = test::tiny_model();
  Model model(ops, config, 1, Purpose::kInference);
  std::vector<float> parameters(model.layout().total());
  initialise_parameters(config, model.layout(), 3, parameters);
  for (float& x : parameters) x *= 3;
  model.set_parameters(parameters);
  Decoder decoder(model, rows);
  std::vector<std::vector<Token>> contexts;
  for (int row = 0; row < rows; ++row) contexts.emplace_back(row == 0 ? 2 : 4, Token(row % 50));
  std::vector<float> logits(rows * config.vocab_size);
  Generated result;
  for (int step = 0; step < steps; ++step) {
    std::vector<DecoderRow> asked;
    for (int row = 0; row < rows; ++row) {
      contexts[row].push_back(static_cast<Token>((7 * row + 11 * step) % 50));
      asked.push_back({row, contexts[row]});
    }
    const std::size_t before = fake::device().launches;
    decoder.next(asked, {0, config.vocab_size}, logits);
    result.launches = fake::device().launches - before;
    result.logits.insert(result.logits.end(), logits.begin(), logits.end());
  }
  return result;
}

// The six launches: two copies to the device, the graph, the LM head's product and copy, and a copy
// to the host.
TEST_F(CudaOpsTest, AGenerationStepReplaysOneGraph) {
  StepByStep plain(*ops_);
  for (const int rows : {1, 3, 64}) {
    const int steps = rows < 64 ? 5 : 2;
    const Generated recorded = generate(*ops_, rows, steps),
                    expected = generate(plain, rows, steps);
    EXPECT_EQ(recorded.launches, 6u) << rows;
    EXPECT_EQ(expected.launches, 5u + 2 + 7 * 2) << rows;
    EXPECT_EQ(recorded.logits, expected.logits) << rows;
  }
  EXPECT_EQ(fake::device().graphs, 0u) << "graphs outlive their decoders";
}

TEST_F(CudaOpsTest, GenerationContinuesIfGraphsFail) {
  const Generated expected = generate(*ops_, 2, 3);
  fake::device().graphs_fail = true;
  testing::internal::CaptureStderr();
  const Generated without = generate(*ops_, 2, 3);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(without.logits, expected.logits);
  EXPECT_NE(said.find("generation is slower"), std::string::npos) << said;
  EXPECT_NE(said.find("instantiating a CUDA graph"), std::string::npos) << said;
}

// Work that allocates device memory cannot be captured.
TEST_F(CudaOpsTest, WorkThatCannotBeRecordedStillRuns) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ops_->record([&] { const Buffer buffer(*ops_, 64); }), nullptr);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("cannot be recorded"), std::string::npos) << said;
  Buffer buffer = upload(std::vector<float>{1, 2});
  buffer.zero();
  EXPECT_EQ(download(buffer), (std::vector<float>{0, 0})) << "the stream is still capturing";
}

}  // namespace
}  // namespace amt::cuda
