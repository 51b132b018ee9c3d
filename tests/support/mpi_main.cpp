// main() for tests on several ranks. The exit code is the worst of all ranks' codes. Rank 0 prints
// its report; other ranks print only failures. If a rank leaves a test early, by an exception or a
// failed assertion, the job is ended, because the other ranks would wait for it forever in a
// collective.
#include <gtest/gtest.h>

#include <memory>

#include "amt/mpi/communicator.hpp"

namespace {

/// Prints only failures, each with the rank.
class FailuresOnly : public testing::EmptyTestEventListener {
 public:
  explicit FailuresOnly(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, result.file_name(), result.line_number(),
                 result.message());
  }

 private:
  int rank_;
};

class EndsTheJob : public testing::EmptyTestEventListener {
 public:
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.fatally_failed()) return;
    std::fflush(nullptr);
    amt::mpi::end_job(amt::ExitCode::kFailed);
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const amt::mpi::Session session;
  const amt::mpi::Communicator world = amt::mpi::Communicator::world();
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (world.rank() != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailuresOnly(world.rank()));
  }
  if (world.size() > 1) listeners.Append(new EndsTheJob);
  const int failed = RUN_ALL_TESTS();
  return static_cast<int>(world.all_reduce_max(static_cast<std::int64_t>(failed)));
}
