// model.safetensors.index.json and pytorch_model.bin.index.json: which file has which tensor.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace amt {

/// From a tensor's name to that of the file, which lies in the index's folder.
using ShardIndex = std::map<std::string, std::string>;

/// The "weight_map" of an index file; other members are passed over. Error naming the file if it is
/// not such an index, or names a file in another folder.
ShardIndex read_shard_index(const std::filesystem::path& path);

}  // namespace amt
