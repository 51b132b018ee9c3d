#include "amt/base/control_group.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "support/temporary_folder.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

class ControlGroupTest : public testing::Test {
 protected:
  void set_limit(const std::string& file, const std::string& text) const {
    const auto path = folder_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
  std::uint64_t limit(const std::string& membership) const {
    return control_group_memory(membership, folder_.path());
  }
  test::TemporaryFolder folder_;
};

TEST_F(ControlGroupTest, NoLimitIsTheHighestNumber) {
  EXPECT_EQ(limit(""), kNone);
  EXPECT_EQ(limit("0::/job\n"), kNone);
  set_limit("job/memory.max", "max");
  EXPECT_EQ(limit("0::/job\n"), kNone);
  EXPECT_EQ(limit("nonsense\n0:\n"), kNone);
}

TEST_F(ControlGroupTest, VersionTwo) {
  set_limit("job/memory.max", "1000");
  EXPECT_EQ(limit("0::/job\n"), 1000u);
}

TEST_F(ControlGroupTest, AGroupAboveLimitsToo) {
  set_limit("slurm/job/step/memory.max", "max");
  set_limit("slurm/job/memory.max", "500");
  set_limit("slurm/memory.max", "800");
  EXPECT_EQ(limit("0::/slurm/job/step/task\n"), 500u);
}

TEST_F(ControlGroupTest, VersionOne) {
  set_limit("memory/job/memory.limit_in_bytes", "2000");
  EXPECT_EQ(limit("9:name=systemd:/\n4:memory:/job\n3:cpuset:/\n0::/\n"), 2000u);
}

TEST_F(ControlGroupTest, InAContainerTheMountIsItsOwnGroup) {
  set_limit("memory/memory.limit_in_bytes", "3000");
  EXPECT_EQ(limit("4:memory:/docker/0123456789ab\n"), 3000u);
}

}  // namespace
}  // namespace amt
