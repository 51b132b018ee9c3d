// main() of tests that run on several ranks: the exit code is the worst of all ranks', and only
// rank 0's report is printed unless another rank has a failure to show.
#include <gtest/gtest.h>

#include <memory>

#include "amt/mpi/communicator.hpp"

namespace {

/// Prints failures only, with the rank.
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

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const amt::mpi::Session session;
  const amt::mpi::Communicator world = amt::mpi::Communicator::world();
  if (world.rank() != 0) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailuresOnly(world.rank()));
  }
  const int failed = RUN_ALL_TESTS();
  return static_cast<int>(world.all_reduce_max(static_cast<std::int64_t>(failed)));
}
