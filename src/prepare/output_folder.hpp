// The folder of a dataset, which appears either complete or not at all.
#pragma once

#include <filesystem>
#include <memory>

namespace amt {

class FolderMark;

/// The folder is DATASET.partial while the job writes, and DATASET after commit(). Rank 0 owns this
/// object; the other ranks write to path(). The folder has a mark, so that the next job clears a
/// folder left by a killed job. A folder is refused if a running job uses it, if it has no mark, or
/// if it contains files that amt did not write. Such files are never removed or replaced, no matter
/// when the job is killed.
class OutputFolder {
 public:
  /// Throws UsageError if DATASET exists and `overwrite` is off, or if it cannot be written there;
  /// throws Error if another job is writing it, or if it cannot be created.
  OutputFolder(const std::filesystem::path& dataset, bool overwrite);
  ~OutputFolder();  ///< removes the files unless they were committed
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const { return partial_; }

  /// Gives the folder its final name. Must be called when all files are complete and synced. Only
  /// now replaces an old dataset, and moves other files in its folder to the new one. If the name
  /// has been taken in the meantime, throws an Error and leaves the complete dataset in path().
  void commit();

 private:
  void make();
  /// Returns the location of the replaced dataset; empty if there was none.
  std::filesystem::path put_in_place();

  std::filesystem::path dataset_;
  std::filesystem::path partial_;
  bool overwrite_;
  std::unique_ptr<FolderMark> mark_;
  std::unique_ptr<FolderMark> old_mark_;  // mark of the dataset that is replaced
  bool made_ = false;
};

}  // namespace amt
