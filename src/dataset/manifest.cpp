#include "amt/dataset/manifest.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/json.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr json::Limits kLimits = {16u << 20, 8, 1u << 20};  // 100,000 shards use half of it
constexpr std::size_t kMaxDigest = 64;                      // characters

Json shard_json(const ShardInfo& shard) {
  return {{"file", shard.file}, {"rows", shard.rows}, {"xxh3", shard.hash}};
}

Json split_json(const SplitInfo& split) {
  Json shards = Json::array();
  for (const ShardInfo& shard : split.shards) shards.push_back(shard_json(shard));
  return {{"rows", split.rows},
          {"files", split.files},
          {"seconds_of_music", split.seconds_of_music},
          {"shards", shards}};
}

// The names of the statistics, listed once for writing and reading.
template <class Statistics, class Visit>
void visit_statistics(Statistics& s, Visit visit) {
  visit("files", s.files);
  visit("refused", s.rejected);
  visit("duplicates", s.duplicates);
  visit("kept", s.tokens.files_kept);
  visit("too_short", s.tokens.too_short);
  visit("too_long", s.tokens.too_long);
  visit("too_many_instruments", s.tokens.too_many_instruments);
  visit("rows", s.tokens.sequences);
  visit("rests", s.tokens.rests);
  visit("truncations", s.tokens.truncations);
  visit("discarded_rows", s.tokens.discarded_rows);
  visit("seconds_of_music", s.tokens.seconds_of_music);
}

void read_value(const json::Value& value, std::uint64_t& into) { into = value.count(); }
void read_value(const json::Value& value, double& into) {
  into = value.number();
  if (into < 0) value.refuse("a number of at least 0");
}

ShardInfo shard_from(const json::Value& value) {
  return {value.at("file").file_name(), value.at("rows").count(), value.at("xxh3").hex64()};
}

SplitInfo split_from(const json::Value& value) {
  SplitInfo split;
  read_value(value.at("rows"), split.rows);
  read_value(value.at("files"), split.files);
  read_value(value.at("seconds_of_music"), split.seconds_of_music);
  std::uint64_t rows = 0;
  for (const json::Value& shard : value.at("shards").array()) {
    split.shards.push_back(shard_from(shard));
    const std::uint64_t left = split.rows - rows;
    if (split.shards.back().rows > left) {
      shard.at("rows").refuse(
          fmt::format("at most {}, because the split has {}", left, split.rows));
    }
    rows += split.shards.back().rows;
  }
  if (rows != split.rows)
    value.at("rows").refuse(fmt::format("{}, the sum of its shards' rows", rows));
  return split;
}

const Encoding* encoding_from(const json::Value& value) {
  if (const Encoding* encoding = find_encoding(value.text())) return encoding;
  value.refuse(encoding_names());
}

/// Reads a number that must have the expected value.
int fixed_number(const json::Value& value, int expected) {
  return value.integer(expected, expected);
}

std::filesystem::file_status status_of(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() != std::filesystem::file_type::none) return status;
  throw system_error("cannot access " + path.string(), error);
}

/// Throws an Error that suggests what the user may have meant, unless `dataset` is a folder.
void require_folder(const std::filesystem::path& dataset) {
  const std::filesystem::file_type type = status_of(dataset).type();
  if (type == std::filesystem::file_type::directory) return;
  if (type == std::filesystem::file_type::not_found) {
    throw Error(
        fmt::format("there is no dataset {}; create one with amt prepare", dataset.string()));
  }
  const std::filesystem::path folder = folder_of(dataset);
  std::error_code unknown;
  const bool within = std::filesystem::exists(folder / kManifestFile, unknown);
  throw UsageError(fmt::format("{} is a file, but a dataset is a folder{}", dataset.string(),
                               within ? ": use " + folder.string() : " that amt prepare wrote"));
}

Manifest from(const json::Value& root) {
  Manifest manifest;
  manifest.encoding = encoding_from(root.at("encoding"));
  manifest.vocabulary = fixed_number(root.at("vocabulary"), manifest.encoding->vocabulary);
  manifest.context_length = fixed_number(root.at("context_length"), kContextLength);
  manifest.augment = root.at("augment").integer(1, std::numeric_limits<int>::max());
  manifest.prefix_digits = root.at("prefix_digits").integer(1, 3);
  manifest.seed = root.at("seed").count(std::numeric_limits<std::uint64_t>::max());
  manifest.corpus_digest = root.at("corpus_digest").text(kMaxDigest);
  const json::Value statistics = root.at("statistics");
  visit_statistics(manifest.statistics,
                   [&](const char* name, auto& value) { read_value(statistics.at(name), value); });
  const json::Value splits = root.at("splits");
  for (const Split split : kSplits) {
    manifest.split(split) = split_from(splits.at(split_name(split)));
  }
  return manifest;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  Json splits, statistics;
  visit_statistics(manifest.statistics,
                   [&](const char* name, const auto& value) { statistics[name] = value; });
  for (const Split split : kSplits) splits[split_name(split)] = split_json(manifest.split(split));
  const Json json = {{"format", kDatasetFormat},
                     {"format_version", manifest.format_version},
                     {"encoding", manifest.encoding->name},
                     {"vocabulary", manifest.vocabulary},
                     {"context_length", manifest.context_length},
                     {"augment", manifest.augment},
                     {"prefix_digits", manifest.prefix_digits},
                     {"seed", manifest.seed},
                     {"corpus_digest", manifest.corpus_digest},
                     {"statistics", statistics},
                     {"splits", splits}};
  return json.dump(1) + "\n";
}

std::uint64_t Manifest::digest() const {
  const std::string text = to_json(*this);
  return xxh3_64(std::as_bytes(std::span(text)));
}

Manifest read_manifest(const std::filesystem::path& dataset) {
  require_folder(dataset);
  const std::filesystem::path path = dataset / kManifestFile;
  if (status_of(path).type() == std::filesystem::file_type::not_found) {
    throw Error(fmt::format("{} has no {}: {}", dataset.string(), kManifestFile,
                            dataset.extension() == partial_path("x").extension()
                                ? "amt prepare has not completed it, or is still writing it"
                                : "it is not a complete dataset; create one with amt prepare"));
  }
  return from(
      json::read_format(path, kLimits, kDatasetFormat, kDatasetFormatVersion, "format_version"));
}

}  // namespace amt
