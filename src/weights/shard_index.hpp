// Reads model.safetensors.index.json and pytorch_model.bin.index.json, which map tensors to files.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace amt {

/// Maps a tensor's name to a file name in the index's folder.
using ShardIndex = std::map<std::string, std::string>;

/// Reads the "weight_map" of an index file, ignoring other members. Throws an Error naming the file
/// if it is not such an index, or refers to a file in another folder.
ShardIndex read_shard_index(const std::filesystem::path& path);

}  // namespace amt
