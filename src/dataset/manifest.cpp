#include "amt/dataset/manifest.hpp"

#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "amt-dataset";  // the magic word of the file
constexpr std::uint64_t kMaxBytes = 16u << 20;  // of 100,000 shards; parsed it is many times larger

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

// The one list of the statistics' names, for both directions.
template <class Statistics, class Visit>
void visit_statistics(Statistics& s, Visit visit) {
  visit("files", s.files);
  visit("refused", s.refused);
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

SplitInfo split_from(const Json& json) {
  SplitInfo split;
  split.rows = json.at("rows").get<std::uint64_t>();
  split.files = json.at("files").get<std::uint64_t>();
  split.seconds_of_music = json.at("seconds_of_music").get<double>();
  std::uint64_t rows = 0;
  for (const Json& shard : json.at("shards")) {
    split.shards.push_back({shard.at("file").get<std::string>(),
                            shard.at("rows").get<std::uint64_t>(),
                            shard.at("xxh3").get<std::string>()});
    const std::string& file = split.shards.back().file;
    if (file.empty() || file.find('/') != std::string::npos) {
      throw Error(str_cat("'", file, "' is not the name of a shard"));
    }
    if (split.shards.back().rows > split.rows - rows) throw Error("a shard has too many rows");
    rows += split.shards.back().rows;
  }
  if (rows != split.rows) throw Error("the shards' rows do not add up");
  return split;
}

Manifest from(const Json& json) {
  Manifest manifest;
  if (json.at("format").get<std::string>() != kFormat) throw Error("it is not a dataset's");
  manifest.format_version = json.at("format_version").get<int>();
  if (manifest.format_version != kDatasetFormatVersion) {
    throw Error(str_cat("format version ", manifest.format_version, ", this amt reads version ",
                        kDatasetFormatVersion, "; run amt prepare again"));
  }
  const auto encoding = json.at("encoding").get<std::string>();
  if (encoding != "arrival" && encoding != "interarrival")
    throw Error(str_cat("encoding '", encoding, "' is not known"));
  manifest.encoding = encoding == "arrival" ? Encoding::kArrival : Encoding::kInterarrival;
  manifest.vocabulary = json.at("vocabulary").get<int>();
  manifest.context_length = json.at("context_length").get<int>();
  if (manifest.vocabulary != vocabulary_size(manifest.encoding) ||
      manifest.context_length != kContextLength) {
    throw Error("vocabulary or context length are not those of its encoding");
  }
  manifest.augment = json.at("augment").get<int>();
  manifest.prefix_digits = json.at("prefix_digits").get<int>();
  manifest.seed = json.at("seed").get<std::uint64_t>();
  manifest.corpus_digest = json.at("corpus_digest").get<std::string>();
  visit_statistics(manifest.statistics, [&](const char* name, auto& value) {
    value = json.at("statistics").at(name).get<std::remove_reference_t<decltype(value)>>();
  });
  for (const Split split : kSplits) {
    manifest.split(split) = split_from(json.at("splits").at(split_name(split)));
  }
  return manifest;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  Json splits, statistics;
  visit_statistics(manifest.statistics,
                   [&](const char* name, const auto& value) { statistics[name] = value; });
  for (const Split split : kSplits) splits[split_name(split)] = split_json(manifest.split(split));
  const Json json = {{"format", kFormat},
                     {"format_version", manifest.format_version},
                     {"encoding", encoding_name(manifest.encoding)},
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
  const std::filesystem::path path = dataset / kManifestFile;
  if (!std::filesystem::is_directory(dataset)) {
    throw Error(str_cat("there is no dataset ", dataset.string(), "; make one with amt prepare"));
  }
  if (!std::filesystem::exists(path)) {
    throw Error(str_cat(dataset.string(), " holds no ", kManifestFile,
                        ": it is not a complete dataset; make one with amt prepare"));
  }
  try {
    return from(Json::parse(read_text(path, kMaxBytes)));
  } catch (const Json::exception& error) {  // which quotes the text, of any length
    throw Error(
        str_cat("cannot use ", path.string(), ": ", std::string(error.what()).substr(0, 200)));
  } catch (const Error& error) {
    throw Error(str_cat("cannot use ", path.string(), ": ", error.what()));
  }
}

}  // namespace amt
