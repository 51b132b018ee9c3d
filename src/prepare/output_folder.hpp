// A dataset's folder that appears at once or not at all.
#pragma once

#include <filesystem>
#include <memory>

namespace amt {

class FolderMark;

/// DATASET.partial while the job writes; DATASET after commit(). Rank 0 owns one, the others write
/// into path(). The folder carries a mark: what a killed job left is cleared by the next, one in
/// use by a running job is refused, and so is one that has no mark, or holds what amt did not
/// write. Nothing that amt did not write is removed or replaced, at whatever moment the job is
/// killed.
class OutputFolder {
 public:
  /// UsageError if DATASET exists and `overwrite` is off, or cannot be written there; Error if
  /// another job is writing it, or it cannot be made.
  OutputFolder(const std::filesystem::path& dataset, bool overwrite);
  ~OutputFolder();  ///< removes what was written unless it was committed
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const { return partial_; }

  /// All files are complete and synced: gives the folder its name. An old dataset is replaced at
  /// this moment and not before; what else its folder holds is in the new one afterwards. If the
  /// name is taken meanwhile: Error, and path() holds the complete dataset.
  void commit();

 private:
  void make();
  /// Where the dataset is that was replaced; empty if there was none.
  std::filesystem::path put_in_place();

  std::filesystem::path dataset_;
  std::filesystem::path partial_;
  bool overwrite_;
  std::unique_ptr<FolderMark> mark_;
  std::unique_ptr<FolderMark> old_mark_;  // of the dataset that is replaced
  bool made_ = false;
};

}  // namespace amt
