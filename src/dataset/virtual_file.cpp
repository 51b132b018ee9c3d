#include "amt/dataset/virtual_file.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <chrono>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/shard.hpp"
#include "amt/hdf5/hdf5.hpp"
#include "amt/process/run_apart.hpp"
#include "attributes.hpp"

namespace amt {
namespace {

constexpr std::chrono::seconds kMostTime{10};  // normally it takes milliseconds

/// Returns the shards that have rows; empty ones cannot be part of a virtual dataset.
std::vector<hdf5::VirtualSource> sources_of(const SplitInfo& split) {
  std::vector<hdf5::VirtualSource> sources;
  for (const ShardInfo& shard : split.shards) {
    if (shard.rows > 0) sources.push_back({shard.file, kTokensDataset, shard.rows});
  }
  return sources;
}

template <class Object>
void describe(Object& object, const Manifest& manifest, Split split) {
  object.set_attribute("format", std::string_view("amt-dataset"));
  visit_attributes(manifest, split, std::nullopt, [&object](const char* name, const auto& value) {
    object.set_attribute(name, value);
  });
}

bool shows_shards(const std::filesystem::path& path, const SplitInfo& split) {
  const hdf5::File file = hdf5::File::open(path);
  const hdf5::Dataset tokens = file.open_dataset(kTokensDataset);
  return tokens.type() == hdf5::Type::u16 &&
         tokens.shape() == hdf5::Shape{split.rows, kContextLength} &&
         tokens.virtual_sources() == sources_of(split);
}

/// Some flipped bits in a virtual dataset make HDF5 1.10 crash or loop forever, so the check runs
/// in its own process. Returns "" if nothing is wrong.
std::string problem_of(const std::filesystem::path& path, const Manifest& manifest, Split split) {
  try {
    if (shows_shards(path, manifest.split(split))) return "";
    return fmt::format("it does not present the shards that {} lists", kManifestFile);
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

void write_virtual_file(const std::filesystem::path& folder, const Manifest& manifest,
                        Split split) {
  const std::filesystem::path path = folder / virtual_file_name(split);
  hdf5::File file = hdf5::File::create(path);
  describe(file, manifest, split);
  {
    hdf5::Dataset tokens = file.create_virtual_dataset(
        kTokensDataset, hdf5::Type::u16, kContextLength, sources_of(manifest.split(split)));
    describe(tokens, manifest, split);
  }
  file.close();
  fsync_path(path);
}

std::optional<std::string> find_virtual_file_damage(const std::filesystem::path& dataset,
                                                    const Manifest& manifest, Split split) {
  const std::string name = virtual_file_name(split);
  const std::filesystem::path path = dataset / name;
  try {
    open_regular_file(path);  // so that this process reports the system's errors
  } catch (const SystemError& error) {
    if (error.number() != ENOENT) throw;
    return name + ": it is missing";
  } catch (const Error& error) {
    return fmt::format("{}: {}", name, error.what());
  }
  const auto problem = run_apart([&] { return problem_of(path, manifest, split); }, kMostTime);
  if (!problem) return name + ": it is so damaged that HDF5 crashes or hangs on it";
  if (problem->empty()) return std::nullopt;
  return fmt::format("{}: {}", name, *problem);
}

}  // namespace amt
