#include "model_weights.hpp"

#include <fmt/core.h>

#include <set>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "malformed.hpp"
#include "shard_index.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

// Each file stays open, and a process may have 1024.
constexpr std::size_t kMaxShards = 256;

/// Returns whether an entry of this name exists, even a broken link. Throws Error if that cannot be
/// determined.
bool is_there(const fs::path& path) {
  std::error_code failed;
  const fs::file_status status = fs::symlink_status(path, failed);
  if (status.type() == fs::file_type::not_found) return false;
  if (failed) throw Error(fmt::format("cannot access {}: {}", path.string(), failed.message()));
  return true;
}

fs::path require_weights(const ModelPaths& paths) {
  if (const auto path = find_weights(paths)) return *path;
  throw Error(
      fmt::format("{} has no weights: neither model.safetensors nor pytorch_model.bin, nor the "
                  "index.json of one of them in several files",
                  paths.folder.string()));
}

}  // namespace

std::optional<fs::path> find_weights(const ModelPaths& paths) {
  for (const fs::path& path :
       {paths.model(), paths.model_index(), paths.torch_model(), paths.torch_index()}) {
    if (is_there(path)) return path;
  }
  return std::nullopt;
}

ModelWeights::ModelWeights(const ModelPaths& paths) : path_(require_weights(paths)) {
  if (path_.extension() == ".json") {
    open_shards();
  } else {
    add_file(path_);
  }
}

void ModelWeights::add_file(const fs::path& path) {
  files_.push_back(open_tensor_file(path));
  const std::vector<TensorEntry>& tensors = files_.back()->tensors();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (places_.emplace(tensors[i].name, Place{files_.size() - 1, i}).second) continue;
    throw Error(fmt::format("cannot use {}: two of its files have a tensor '{}'", path_.string(),
                            printable(tensors[i].name, kShown)));
  }
}

void ModelWeights::open_shards() {
  const ShardIndex index = read_shard_index(path_);
  if (index.empty()) throw Error(fmt::format("cannot use {}: it lists no tensors", path_.string()));
  std::set<std::string> shards;
  for (const auto& [tensor, shard] : index) shards.insert(shard);
  if (shards.size() > kMaxShards) {
    throw Error(fmt::format("cannot use {}: it lists {} files, amt reads at most {}",
                            path_.string(), shards.size(), kMaxShards));
  }
  for (const std::string& shard : shards) add_file(path_.parent_path() / shard);
  for (const auto& [tensor, shard] : index) {
    const auto place = places_.find(tensor);
    if (place != places_.end() && files_[place->second.file]->path().filename() == shard) continue;
    throw Error(fmt::format("cannot use {}: tensor '{}' is not in {}", path_.string(),
                            printable(tensor, kShown), printable(shard, kShown)));
  }
}

void ModelWeights::read(std::span<const Request> requests) {
  std::vector<std::vector<TensorRequest>> of_file(files_.size());
  for (const Request& request : requests) {
    of_file[request.place.file].push_back({request.place.tensor, request.out, request.same_as});
  }
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (!of_file[i].empty()) files_[i]->read(of_file[i]);
  }
}

}  // namespace amt
