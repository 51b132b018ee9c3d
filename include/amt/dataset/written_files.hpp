// Tells files that amt prepare has written from others.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace amt {

/// Whether there is a manifest that amt wrote, be it damaged or of another version. Error if it is
/// there but cannot be read.
bool is_dataset(const std::filesystem::path& folder);

/// The names of those files of a complete dataset that amt wrote: those that have a fixed name, and
/// the shards that the manifest lists (if it can be used; else what is called like a shard). The
/// manifest comes last: as long as it is there, the list can be made again.
std::vector<std::string> dataset_files(const std::filesystem::path& dataset);

/// Whether amt prepare gives files such a name while it writes a dataset.
bool is_written_by_prepare(const std::string& name);

}  // namespace amt
