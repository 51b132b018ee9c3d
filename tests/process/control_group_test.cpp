#include "src/process/control_group.hpp"

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
  int cores(const std::string& membership) const {
    return control_group_cores(membership, folder_.path());
  }
  test::TemporaryFolder folder_;
};

TEST_F(ControlGroupTest, WithoutALimitMemoryIsUnlimited) {
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

TEST_F(ControlGroupTest, AParentGroupLimitsToo) {
  set_limit("slurm/job/step/memory.max", "max");
  set_limit("slurm/job/memory.max", "500");
  set_limit("slurm/memory.max", "800");
  EXPECT_EQ(limit("0::/slurm/job/step/task\n"), 500u);
}

TEST_F(ControlGroupTest, VersionOne) {
  set_limit("memory/job/memory.limit_in_bytes", "2000");
  EXPECT_EQ(limit("9:name=systemd:/\n4:memory:/job\n3:cpuset:/\n0::/\n"), 2000u);
}

TEST_F(ControlGroupTest, InAContainerTheMountIsTheContainersGroup) {
  set_limit("memory/memory.limit_in_bytes", "3000");
  EXPECT_EQ(limit("4:memory:/docker/0123456789ab\n"), 3000u);
}

TEST_F(ControlGroupTest, WithoutALimitAllCoresCount) {
  EXPECT_EQ(cores("0::/job\n"), std::numeric_limits<int>::max());
  set_limit("job/cpu.max", "max 100000");
  set_limit("cpu/job/cpu.cfs_quota_us", "-1");
  set_limit("cpu/job/cpu.cfs_period_us", "100000");
  set_limit("job/cpuset.cpus.effective", "");
  EXPECT_EQ(cores("0::/job\n3:cpu,cpuacct:/job\n"), std::numeric_limits<int>::max());
}

TEST_F(ControlGroupTest, QuotaIsRoundedToAtLeastOneCore) {
  set_limit("job/cpu.max", "250000 100000");
  EXPECT_EQ(cores("0::/job\n"), 2);
  set_limit("job/cpu.max", "50000 100000");
  EXPECT_EQ(cores("0::/job\n"), 1);
}

TEST_F(ControlGroupTest, QuotaOfAParentGroup) {
  set_limit("slurm/cpu.max", "400000 100000");
  set_limit("slurm/job/cpu.max", "max 100000");
  EXPECT_EQ(cores("0::/slurm/job\n"), 4);
  set_limit("cpu.max", "300000 100000");  // the container's limit, seen from inside
  EXPECT_EQ(cores("0::/slurm/job\n"), 3);
}

TEST_F(ControlGroupTest, QuotaOfVersionOne) {
  set_limit("cpu/docker/cpu.cfs_quota_us", "150000");
  set_limit("cpu/docker/cpu.cfs_period_us", "50000");
  EXPECT_EQ(cores("4:memory:/docker\n3:cpu,cpuacct:/docker\n0::/\n"), 3);
}

TEST_F(ControlGroupTest, CpusetOfAGroup) {
  set_limit("job/cpuset.cpus.effective", "0-3,8");
  EXPECT_EQ(cores("0::/job\n"), 5);
  set_limit("cpuset/job/cpuset.effective_cpus", "7");
  EXPECT_EQ(cores("5:cpuset:/job\n"), 1);
}

}  // namespace
}  // namespace amt
