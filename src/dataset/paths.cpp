#include "amt/dataset/paths.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/error.hpp"

namespace amt {

std::string shard_file_name(Split split, std::size_t shard, std::size_t shards) {
  return fmt::format("{}-{:05}-of-{:05}.h5", split_name(split), shard, shards);
}

std::string virtual_file_name(Split split) { return std::string(split_name(split)) + ".h5"; }

std::filesystem::path dataset_name(const std::filesystem::path& dataset) {
  // "link/../name" is not beside the link, so a path with ".." is left unchanged.
  const bool climbs = std::ranges::find(dataset, "..") != dataset.end();
  std::filesystem::path path = climbs ? dataset : dataset.lexically_normal();
  while ((!path.has_filename() || path.filename() == ".") && path != path.parent_path()) {
    path = path.parent_path();
  }
  if (path.has_filename() && path.filename() != "..") return path;
  throw UsageError(fmt::format(
      "DATASET '{}' does not name a folder; use the name of a folder to create", dataset.string()));
}

std::filesystem::path partial_path(const std::filesystem::path& dataset) {
  return dataset_name(dataset) += ".partial";
}

std::filesystem::path replaced_path(const std::filesystem::path& dataset) {
  return dataset_name(dataset) += ".old.partial";
}

}  // namespace amt
