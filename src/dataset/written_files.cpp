#include "amt/dataset/written_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <string_view>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Returns the names that every dataset has, except for the manifest's.
std::vector<std::string> fixed_names() {
  std::vector<std::string> names = {kReportFile, kRejectedFile, kConfigFile};
  for (const Split split : kSplits) names.push_back(virtual_file_name(split));
  return names;
}

bool is_shard_name(const std::string& name) {
  static const std::regex pattern("(train|valid|test)-[0-9]{5,}-of-[0-9]{5,}\\.h5");
  return std::regex_match(name, pattern);
}

/// Returns the entries of the folder that are named like shards; none if it cannot be listed.
std::vector<std::string> names_like_shards(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    std::string name = entry.path().filename().string();
    if (is_shard_name(name)) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> shard_names(const fs::path& dataset) try {
  std::vector<std::string> names;
  const Manifest manifest = read_manifest(dataset);
  for (const Split split : kSplits) {
    for (const ShardInfo& shard : manifest.split(split).shards) names.push_back(shard.file);
  }
  return names;
} catch (const Error&) {  // it is damaged, or has another version
  return names_like_shards(dataset);
}

}  // namespace

bool is_dataset(const fs::path& folder) {
  const fs::path manifest = folder / kManifestFile;
  std::error_code failed;
  const fs::file_status status = fs::status(manifest, failed);
  if (status.type() == fs::file_type::none) {
    throw Error(fmt::format("cannot access {}: {}", manifest.string(), reason_text(failed)));
  }
  return fs::is_regular_file(status) &&
         read_text(manifest).find(fmt::format("\"{}\"", kDatasetFormat)) != std::string::npos;
}

std::vector<std::string> dataset_files(const fs::path& dataset) {
  std::vector<std::string> names = shard_names(dataset);
  std::ranges::copy(fixed_names(), std::back_inserter(names));
  names.push_back(kManifestFile);
  return names;
}

bool is_written_by_prepare(const std::string& name) {
  const std::vector<std::string> fixed = fixed_names();
  const auto is_one_of_them = [&](std::string_view n) {
    return n == kManifestFile || std::ranges::find(fixed, n) != fixed.end();
  };
  if (is_one_of_them(name) || is_shard_name(name) || is_temporary_name(name)) return true;
  constexpr std::string_view kOldTemporary = ".tmp";  // used by versions before is_temporary_name
  return name.ends_with(kOldTemporary) &&
         is_one_of_them(std::string_view(name).substr(0, name.size() - kOldTemporary.size()));
}

}  // namespace amt
