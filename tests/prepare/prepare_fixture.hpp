// Fixture for tests that prepare the golden tree on all ranks.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "amt/base/files.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/prepare/job.hpp"
#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

namespace amt {

inline std::map<std::string, std::vector<std::byte>> files_of(const std::filesystem::path& folder) {
  std::map<std::string, std::vector<std::byte>> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files[entry.path().filename().string()] = read_file(entry.path());
  }
  return files;
}

/// Expects two datasets to have the same files, byte for byte.
inline void expect_same_files(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto expected = files_of(a), found = files_of(b);
  ASSERT_EQ(expected.size(), found.size());
  for (const auto& [name, bytes] : expected) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_TRUE(found.at(name) == bytes) << name;
  }
}

/// Provides a folder that rank 0 creates and all ranks share.
class PrepareTest : public testing::Test {
 protected:
  PrepareTest() : world_(mpi::Communicator::world()) {
    if (world_.rank() == 0) folder_.emplace();
    std::string path = folder_ ? folder_->path().string() : "";
    world_.broadcast(path, 0);
    root_ = path;
  }
  ~PrepareTest() override { world_.barrier(); }  // rank 0 removes the folder once all are done

  PrepareOptions options(const std::string& name, int augment = 1) const {
    PrepareOptions o;
    o.corpus = (test::golden_dir() / "tree").string();
    o.dataset = (root_ / name).string();
    o.augment = augment;
    return o;
  }

  const mpi::Communicator& world() const { return world_; }
  const std::filesystem::path& root() const { return root_; }
  bool leader() const { return world_.rank() == 0; }

 private:
  mpi::Communicator world_;
  std::optional<test::TemporaryFolder> folder_;
  std::filesystem::path root_;
};

}  // namespace amt
