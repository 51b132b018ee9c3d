// A dataset's folder that appears at once or not at all.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"

namespace amt {

/// DATASET.partial while the job writes; DATASET after commit(). Rank 0 owns one, the others write
/// into path(). A folder left by a job that was killed is cleared by the next; one in use by a
/// running job is refused.
class OutputFolder {
 public:
  /// UsageError if DATASET exists and `overwrite` is off, or if it is something else than a
  /// dataset; Error if another job is writing it, or it cannot be made.
  OutputFolder(std::filesystem::path dataset, bool overwrite);
  ~OutputFolder();  ///< removes what was written unless it was committed
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const { return partial_; }

  /// All files are complete and synced: gives the folder its name. An old dataset is replaced at
  /// this moment and not before.
  void commit();

 private:
  void lock();
  std::filesystem::path dataset_;
  std::filesystem::path partial_;
  Descriptor lock_;
  bool made_ = false;
};

}  // namespace amt
