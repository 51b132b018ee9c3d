// manifest.json, the description of a dataset. It is written last, so a folder without it is not a
// complete dataset.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "amt/corpus/split.hpp"
#include "amt/tokens/encoding.hpp"
#include "amt/tokens/token_stats.hpp"

namespace amt {

inline constexpr const char* kDatasetFormat = "amt-dataset";  ///< identifies the file's format
inline constexpr int kDatasetFormatVersion = 1;

struct ShardInfo {
  std::string file;  ///< file name in the dataset's folder
  std::uint64_t rows = 0;
  std::string hash;  ///< XXH3 of the shard's tokens, 16 hex digits
};

struct SplitInfo {
  std::vector<ShardInfo> shards;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;      ///< MIDI files in the split
  double seconds_of_music = 0;  ///< sum over the files of the last note's onset + duration
};

/// Counts of what became of the corpus's files, over all splits.
struct DatasetStatistics {
  std::uint64_t files = 0;       ///< found and not a duplicate
  std::uint64_t rejected = 0;    ///< unreadable, or rejected by the reference's parser
  std::uint64_t duplicates = 0;  ///< left out because an identical file was taken
  TokenStats tokens;
};

struct Manifest {
  int format_version = kDatasetFormatVersion;
  const Encoding* encoding = &kArrival;
  int vocabulary = encoding->vocabulary;
  int context_length = kContextLength;
  int augment = 1;
  int prefix_digits = 1;
  std::uint64_t seed = 0;
  std::string corpus_digest;  ///< XXH3 over the names and sizes of the files read
  DatasetStatistics statistics;
  std::array<SplitInfo, 3> splits;  ///< indexed by Split

  const SplitInfo& split(Split s) const { return splits[index_of(s)]; }
  SplitInfo& split(Split s) { return splits[index_of(s)]; }

  /// Returns a 64-bit hash that is equal for equal datasets, to compare them between ranks and
  /// across restarts.
  std::uint64_t digest() const;
};

/// Formats the manifest as JSON with a final newline; equal manifests give equal text.
std::string to_json(const Manifest& manifest);

/// Reads a dataset's manifest. Throws an Error naming the file and the problem, or the folder if it
/// has no manifest.
Manifest read_manifest(const std::filesystem::path& dataset);

}  // namespace amt
