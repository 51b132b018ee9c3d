#include "written_shard.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/shard.hpp"

namespace amt {

WrittenShard write_shard(const std::filesystem::path& folder, const Manifest& manifest,
                         const Plan& plan, const ShardSlot& shard, RowStore& rows,
                         std::size_t slot) {
  ShardWriter writer(folder, manifest, shard.split, shard.shard, plan.shards(shard.split),
                     rows.rows(slot));
  rows.take(slot, [&](const Row& row) { writer.write(std::span(&row, 1)); });
  const ShardInfo info = writer.finish();
  fsync_path(folder / info.file);
  WrittenShard written = {
      index_of(shard.split), static_cast<std::uint32_t>(shard.shard), info.rows, {}};
  std::memcpy(written.hash.data(), info.hash.data(), written.hash.size());
  return written;
}

void add_shards(std::vector<WrittenShard> written, const Plan& plan, Manifest& manifest) {
  std::ranges::sort(written, {}, [](const WrittenShard& w) { return std::pair(w.split, w.shard); });
  for (const WrittenShard& w : written) {
    const auto split = static_cast<Split>(w.split);
    SplitInfo& info = manifest.split(split);
    info.rows += w.rows;
    info.shards.push_back({shard_file_name(split, w.shard, plan.shards(split)), w.rows,
                           std::string(w.hash.data(), w.hash.size())});
  }
}

}  // namespace amt
