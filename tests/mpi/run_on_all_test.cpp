// An exception of any type on any rank ends the work on all ranks with one common error.
#include "amt/mpi/run_on_all.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>

#include "amt/base/error.hpp"
#include "support/refusal.hpp"

namespace amt::mpi {
namespace {

TEST(Collectively, AForeignExceptionIsThrownOnAllRanks) {
  const Communicator world = Communicator::world();
  const auto expect_failure = [&](const std::function<void()>& work, const std::string& part) {
    const auto of_the_last = [&] {
      run_on_all(world, [&] {
        if (world.rank() == world.size() - 1) work();
      });
    };
    EXPECT_TRUE(test::exits_with<CollectiveError>(ExitCode::kFailed, of_the_last, {part}));
    const std::string text = test::refusal<CollectiveError>(of_the_last);
    EXPECT_EQ(text.find("std::"), std::string::npos) << text;
    EXPECT_EQ(text.find("filesystem error"), std::string::npos) << text;
  };
  expect_failure([] { throw std::bad_alloc(); }, "memory");
  expect_failure([] { std::filesystem::create_directory("no/such/folder"); }, "no/such/folder");
  expect_failure([] { throw std::runtime_error("odd"); }, "odd");
}

}  // namespace
}  // namespace amt::mpi
