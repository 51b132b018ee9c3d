#include "checkpoint_manifest.hpp"

#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "amt-checkpoint";
constexpr int kVersion = 1;
constexpr std::uint64_t kMaxBytes = 1u << 20;

CheckpointManifest parse(const Json& json) {
  if (json.at("format") != kFormat || json.at("version") != kVersion) {
    throw Error(str_cat("it is not ", kFormat, " version ", kVersion));
  }
  CheckpointManifest manifest;
  manifest.step = json.at("step").get<std::int64_t>();
  manifest.for_good = json.at("for_good").get<bool>();
  for (const auto& [name, file] : json.at("files").items()) {
    // A name is joined to the folder: it must not lead out of it.
    if (std::filesystem::path(name).filename() != name) throw Error("a file name has a folder");
    manifest.files[name] = {file.at("bytes").get<std::uint64_t>(),
                            file.at("xxh3").get<std::string>()};
  }
  return manifest;
}

}  // namespace

CheckpointFile describe_file(const std::filesystem::path& path) {
  std::error_code failed;
  const std::uint64_t bytes = std::filesystem::file_size(path, failed);
  if (failed) throw Error(str_cat("cannot read ", path.string(), ": ", failed.message()));
  return {bytes, hex64(xxh3_64_file(path))};
}

std::string to_json(const CheckpointManifest& manifest) {
  Json files = Json::object();
  for (const auto& [name, file] : manifest.files) {
    files[name] = {{"bytes", file.bytes}, {"xxh3", file.hash}};
  }
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"step", manifest.step},
                     {"for_good", manifest.for_good},
                     {"files", files}};
  return json.dump(2) + "\n";
}

CheckpointManifest read_checkpoint_manifest(const std::filesystem::path& path) {
  const std::string text = read_text(path, kMaxBytes);
  try {
    return parse(Json::parse(text));
  } catch (const nlohmann::json::exception&) {
    throw Error(str_cat("cannot read ", path.string(), ": it is not the manifest of a checkpoint"));
  } catch (const Error& error) {
    throw Error(str_cat("cannot read ", path.string(), ": ", error.what()));
  }
}

}  // namespace amt
