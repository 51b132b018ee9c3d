// One shard: an HDF5 file that holds some rows of one split.
//
// Format, version 1:
//   /tokens    uint16 little-endian [rows, 1024], contiguous, aligned to 4096 bytes once it has 32
//              rows, so that a reader may map it
//   /checksum  uint64 [ceil(rows / 4096)]: XXH3 of each 4096 rows' bytes
//   attributes of /: format_version, encoding ("arrival", "interarrival"), vocabulary,
//              context_length, split ("train", "valid", "test"), shard, shards, seed, augment,
//              prefix_digits
// No times, no host names: equal runs give equal bytes. Example, in Python:
//   h5py.File("train-00000-of-00001.h5")["tokens"][0]  ->  array([55026, 55025, ...], dtype=uint16)
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "amt/base/hash.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/hdf5/hdf5.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

inline constexpr std::uint64_t kChecksumRows = 4096;
inline constexpr const char* kTokensDataset = "tokens";
inline constexpr const char* kChecksumDataset = "checksum";

/// Writes one shard of a known number of rows, in order. Local; move-only.
class ShardWriter {
 public:
  /// `dataset` gives the attributes that all shards share.
  ShardWriter(const std::filesystem::path& folder, const Manifest& dataset, Split split,
              std::size_t shard, std::size_t shards, std::uint64_t rows);

  /// Appends whole rows.
  void write(std::span<const Row> rows);

  /// Writes the checksums and closes; Error if fewer rows came than were announced.
  ShardInfo finish();

 private:
  void flush();
  void write_checksums();
  void checksum(std::span<const Row> rows);

  ShardInfo info_;
  hdf5::File file_;
  hdf5::Dataset tokens_;
  std::vector<Row> buffer_;  // rows not yet written: HDF5 calls are costly, so few large ones
  std::uint64_t written_ = 0;
  std::vector<std::uint64_t> checksums_;
  Xxh3 whole_;
};

/// Where a shard's rows lie, after its attributes were found to fit the manifest.
struct ShardLocation {
  std::uint64_t offset = 0;  ///< bytes from the start of the file to row 0
  std::uint64_t rows = 0;
};

/// Error naming the file if it is missing or is not the shard that the manifest announces.
ShardLocation locate_shard(const std::filesystem::path& folder, const Manifest& dataset,
                           Split split, std::size_t shard);

/// XXH3 of each kChecksumRows rows. Error, not naming the file, unless they are stored as they were
/// written, one for each block of `rows` rows.
std::vector<std::uint64_t> read_checksums(const hdf5::File& shard, std::uint64_t rows);

}  // namespace amt
