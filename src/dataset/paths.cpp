#include "amt/dataset/paths.hpp"

#include <array>
#include <cstdio>

namespace amt {

std::string shard_file_name(Split split, std::size_t shard, std::size_t shards) {
  std::array<char, 96> name{};
  std::snprintf(name.data(), name.size(), "%s-%05zu-of-%05zu.h5", split_name(split), shard, shards);
  return name.data();
}

std::string virtual_file_name(Split split) { return std::string(split_name(split)) + ".h5"; }

std::filesystem::path partial_path(const std::filesystem::path& dataset) {
  std::filesystem::path path = dataset.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "folder/"
  return path += ".partial";
}

}  // namespace amt
