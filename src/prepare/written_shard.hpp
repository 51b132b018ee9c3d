// Writes a rank's shards, and gathers their entries for the manifest.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "amt/dataset/manifest.hpp"
#include "amt/shuffle/row_store.hpp"
#include "plan.hpp"

namespace amt {

/// A shard as reported by its writer. Trivially copyable, sent between ranks unchanged.
struct WrittenShard {
  std::uint32_t split = 0, shard = 0;
  std::uint64_t rows = 0;
  std::array<char, 16> hash{};
};

/// Moves the rows in `slot` of `rows` to the shard's file and syncs it.
WrittenShard write_shard(const std::filesystem::path& folder, const Manifest& manifest,
                         const Plan& plan, const ShardSlot& shard, RowStore& rows,
                         std::size_t slot);

/// Lists the shards of all ranks in the manifest, in order.
void add_shards(std::vector<WrittenShard> written, const Plan& plan, Manifest& manifest);

}  // namespace amt
