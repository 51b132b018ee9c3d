#include "manifest.hpp"

#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/json.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "amt-checkpoint";
constexpr int kVersion = 1;

}  // namespace

std::uint64_t bytes_of(const std::filesystem::path& path) {
  std::error_code failed;
  const std::uint64_t bytes = std::filesystem::file_size(path, failed);
  if (failed) throw system_error("cannot read " + path.string(), failed);
  return bytes;
}

CheckpointFile describe_file(const std::filesystem::path& path) {
  return {bytes_of(path), hex64(xxh3_64_file(path))};
}

std::string to_json(const CheckpointManifest& manifest) {
  Json files = Json::object();
  for (const auto& [name, file] : manifest.files) {
    files[name] = {{"bytes", file.bytes}, {"xxh3", file.hash}};
  }
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"step", manifest.step},
                     {"for_good", manifest.permanent},
                     {"files", files}};
  return json.dump(2) + "\n";
}

CheckpointManifest read_checkpoint_manifest(const std::filesystem::path& path) {
  const json::Value root = json::read_format(path, {}, kFormat, kVersion);
  CheckpointManifest manifest;
  manifest.step = root.at("step").integer(0, std::numeric_limits<std::int64_t>::max());
  manifest.permanent = root.at("for_good").boolean();
  for (const auto& [name, file] : root.at("files").members()) {
    if (!json::is_file_name(name)) file.fail("is not the name of a file in the same folder");
    manifest.files[name] = {file.at("bytes").count(), file.at("xxh3").hex64()};
  }
  return manifest;
}

}  // namespace amt
