// The folder of a dataset, which appears either complete or not at all.
#pragma once

#include <filesystem>
#include <memory>

namespace amt {

class FolderMark;

/// The folder is DATASET.partial while the job writes, and DATASET after commit(). Rank 0 owns this
/// object; the others write to path(). The folder has a mark: a folder left by a killed job is
/// cleared by the next one; a folder is refused if a running job uses it, if it has no mark, or if
/// it contains files that amt did not write. Such files are never removed or replaced, whenever the
/// job is killed.
class OutputFolder {
 public:
  /// Throws UsageError if DATASET exists and `overwrite` is off, or if it cannot be written at its
  /// place; Error if another job is writing it, or if it cannot be created.
  OutputFolder(const std::filesystem::path& dataset, bool overwrite);
  ~OutputFolder();  ///< removes the files unless they were committed
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const { return partial_; }

  /// To be called when all files are complete and synced: gives the folder its name. An old dataset
  /// is replaced now and not before; other files in its folder are moved to the new one. If the
  /// name has been taken meanwhile: Error, and path() contains the complete dataset.
  void commit();

 private:
  void make();
  /// The location of the replaced dataset; empty if there was none.
  std::filesystem::path put_in_place();

  std::filesystem::path dataset_;
  std::filesystem::path partial_;
  bool overwrite_;
  std::unique_ptr<FolderMark> mark_;
  std::unique_ptr<FolderMark> old_mark_;  // of the dataset that is replaced
  bool made_ = false;
};

}  // namespace amt
