#include "amt/process/mounts.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amt {
namespace {

bool shares(const std::string& type, const std::string& options) {
  return mount_shares_locks("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - " + type + " server:/x " +
                            options);
}

TEST(Mounts, IdentifiesMountsThatShareLocksBetweenHosts) {
  EXPECT_TRUE(shares("nfs4", "rw,vers=4.2,local_lock=none,addr=10.0.0.1"));
  EXPECT_TRUE(shares("nfs", "rw,vers=3,local_lock=none"));
  EXPECT_FALSE(shares("nfs", "rw,vers=3,nolock,local_lock=all"));
  EXPECT_FALSE(shares("nfs", "rw,vers=3,local_lock=flock"));
  EXPECT_TRUE(shares("lustre", "rw,flock,lazystatfs"));
  EXPECT_FALSE(shares("lustre", "rw,localflock,lazystatfs"));
  EXPECT_FALSE(shares("lustre", "rw,noflock"));
  EXPECT_FALSE(shares("lustre", "rw"));
  EXPECT_TRUE(shares("gpfs", "rw"));
  EXPECT_FALSE(shares("ext4", "rw"));
  EXPECT_FALSE(shares("fuse.sshfs", "rw"));
  EXPECT_FALSE(mount_shares_locks(""));
}

}  // namespace
}  // namespace amt
