// checkpoint.json: the other files of a checkpoint with their sizes and hashes. Written last.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace amt {

struct CheckpointFile {
  std::uint64_t bytes = 0;
  std::string hash;  ///< XXH3, 16 hex digits
};

/// The key of the average's weights, which are in a folder of their own.
inline constexpr const char* kAverage = "average";

struct CheckpointManifest {
  std::int64_t step = 0;
  bool permanent = false;
  std::map<std::string, CheckpointFile> files;  ///< key: file name in the folder, or kAverage
};

/// Returns the size of a file in bytes.
std::uint64_t bytes_of(const std::filesystem::path& path);

/// Returns the size and hash of a file.
CheckpointFile describe_file(const std::filesystem::path& path);

std::string to_json(const CheckpointManifest& manifest);

/// Throws an Error naming the file if it is not a checkpoint's manifest.
CheckpointManifest read_checkpoint_manifest(const std::filesystem::path& path);

}  // namespace amt
