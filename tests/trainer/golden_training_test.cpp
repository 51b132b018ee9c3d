// Compares training with the reference's recorded runs: losses, norms, learning rates, parameters.
#include <gtest/gtest.h>

#include "amt/cpu/cpu_ops.hpp"
#include "golden_run.hpp"
#include "support/golden.hpp"
#include "support/plain_ops.hpp"

namespace amt {
namespace {

using namespace test;

void check_all(const std::function<std::unique_ptr<Ops>()>& make_ops, const Tolerance& allowed) {
  int runs = 0;
  for (const auto& folder : std::filesystem::directory_iterator(golden_model_dir())) {
    const GoldenRun run(folder.path());
    const auto ops = make_ops();
    Model model(*ops, run.model, run.trainer.per_device_parallelism);
    check_steps(run, model, allowed);
    ++runs;
  }
  EXPECT_GT(runs, 0);
}

TEST(GoldenTraining, FollowsTheReferenceStepByStep) { check_all(make_plain_ops, kFp64Activations); }

TEST(GoldenTraining, FollowsTheReferenceOnTheCpu) {
  check_all([] { return make_cpu_ops(1); }, kFp32Activations);
}

// Agrees with the reference up to rounding to bf16.
TEST(GoldenTraining, FollowsTheReferenceInBf16) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
  check_all([] { return make_cpu_ops(1, Precision::kBf16); }, kBf16Activations);
}

}  // namespace
}  // namespace amt
