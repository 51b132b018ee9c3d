#include "shard_index.hpp"

#include "amt/base/json.hpp"

namespace amt {

ShardIndex read_shard_index(const std::filesystem::path& path) {
  // An index has about 100 bytes per tensor.
  constexpr json::Limits kLimits = {.bytes = 16u << 20, .depth = 4, .values = 1u << 18};
  ShardIndex index;
  for (const auto& [tensor, shard] : json::read(path, kLimits).at("weight_map").members()) {
    index[tensor] = shard.file_name();
  }
  return index;
}

}  // namespace amt
