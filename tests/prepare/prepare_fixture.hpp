// Preparing the golden tree in tests, on all ranks.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "amt/mpi/communicator.hpp"
#include "amt/prepare/job.hpp"
#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

namespace amt {

/// A folder that all ranks share, made by rank 0.
class PrepareTest : public testing::Test {
 protected:
  PrepareTest() : world_(mpi::Communicator::world()) {
    if (world_.rank() == 0) folder_.emplace();
    std::string path = folder_ ? folder_->path().string() : "";
    world_.broadcast(path, 0);
    root_ = path;
  }
  ~PrepareTest() override { world_.barrier(); }  // rank 0 removes the folder after all are done

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
