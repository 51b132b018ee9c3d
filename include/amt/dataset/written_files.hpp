// Distinguishes files written by amt prepare from other files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace amt {

/// Returns whether the folder has a manifest written by amt, even a damaged one or one of another
/// version. Throws Error if there is one that cannot be read.
bool is_dataset(const std::filesystem::path& folder);

/// Returns the names of the files of a complete dataset that amt wrote: those with fixed names, and
/// the shards that the manifest lists or, if it is unusable, all files named like shards. The
/// manifest is last: as long as it exists, the list can be rebuilt.
std::vector<std::string> dataset_files(const std::filesystem::path& dataset);

/// Returns whether amt prepare uses this file name while it writes a dataset.
bool is_written_by_prepare(const std::string& name);

}  // namespace amt
