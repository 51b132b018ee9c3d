// What any rank throws, of whatever type, ends the work of all ranks with one error that they
// share.
#include "amt/mpi/collectively.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>

#include "amt/base/error.hpp"

namespace amt::mpi {
namespace {

/// What this rank learns when the last rank alone does `work`.
struct Learnt {
  std::string text;
  ExitCode code = ExitCode::kDone;
};

Learnt after(const Communicator& world, const std::function<void()>& work) {
  try {
    collectively(world, [&] {
      if (world.rank() == world.size() - 1) work();
    });
  } catch (const AgreedError& error) {
    return {error.what(), error.code()};
  }
  return {};
}

TEST(Collectively, AllRanksHaveTheForeignErrorOfOne) {
  const Communicator world = Communicator::world();
  const auto expect_failure = [&](const std::function<void()>& work, const std::string& part) {
    const Learnt learnt = after(world, work);
    EXPECT_EQ(learnt.code, ExitCode::kFailed);
    EXPECT_NE(learnt.text.find(part), std::string::npos) << learnt.text;
    EXPECT_EQ(learnt.text.find("std::"), std::string::npos) << learnt.text;
    EXPECT_EQ(learnt.text.find("filesystem error"), std::string::npos) << learnt.text;
  };
  expect_failure([] { throw std::bad_alloc(); }, "memory");
  expect_failure([] { std::filesystem::create_directory("no/such/folder"); }, "no/such/folder");
  expect_failure([] { throw std::runtime_error("odd"); }, "odd");
}

}  // namespace
}  // namespace amt::mpi
