// The names of all files in a dataset's folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "amt/dataset/manifest.hpp"

namespace amt {

/// Returns the file name of a shard: "train-00003-of-00064.h5".
std::string shard_file_name(Split split, std::size_t shard, std::size_t shards);
/// Returns "train.h5", the virtual file that presents all shards of a split as one array.
std::string virtual_file_name(Split split);

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kRejectedFile = "rejected.tsv";
inline constexpr const char* kReportFile = "report.html";
inline constexpr const char* kConfigFile = "prepare.ini";
inline constexpr const char* kSpillFolder = "spill";

/// Removes trailing slashes and dots from the DATASET argument. Throws UsageError if no name
/// remains: "", "/", "." and "..".
std::filesystem::path dataset_name(const std::filesystem::path& dataset);

/// Returns where a dataset is written until it is complete: "NAME.partial" in the same folder.
std::filesystem::path partial_path(const std::filesystem::path& dataset);

/// Returns where an old dataset is kept while it is replaced, if two names cannot be exchanged.
std::filesystem::path replaced_path(const std::filesystem::path& dataset);

}  // namespace amt
