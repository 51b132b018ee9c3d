// A shard is an HDF5 file with some of the rows of one split.
//
// Format, version 1:
//   /tokens    uint16 little-endian [rows, 1024], contiguous; with 32 rows or more, aligned to 4096
//              bytes, so that a reader may map it
//   /checksum  uint64 [ceil(rows / 4096)]: XXH3 over the bytes of each 4096 rows
//   attributes of /: format_version, encoding ("arrival", "interarrival"), vocabulary,
//              context_length, split ("train", "valid", "test"), shard, shards, seed, augment,
//              prefix_digits
// It contains no times or host names: equal runs give equal bytes. Example, in Python:
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
  /// `dataset` provides the attributes that all shards share.
  ShardWriter(const std::filesystem::path& folder, const Manifest& dataset, Split split,
              std::size_t shard, std::size_t shards, std::uint64_t rows);

  /// Appends complete rows.
  void write(std::span<const Row> rows);

  /// Writes the checksums and closes the file. Throws Error if fewer rows were written than
  /// announced.
  ShardInfo finish();

 private:
  void flush();
  void write_checksums();
  void checksum(std::span<const Row> rows);

  ShardInfo info_;
  hdf5::File file_;
  hdf5::Dataset tokens_;
  std::vector<Row> buffer_;  // not yet written; saves costly HDF5 calls
  std::uint64_t written_ = 0;
  std::vector<std::uint64_t> checksums_;
  Xxh3 whole_;
};

/// The position of a shard's rows in its file.
struct ShardLocation {
  std::uint64_t offset = 0;  ///< bytes from the start of the file to row 0
  std::uint64_t rows = 0;
};

/// Locates a shard's rows after checking its attributes. Throws an Error naming the file if it is
/// missing or is not the shard that the manifest describes.
ShardLocation locate_shard(const std::filesystem::path& folder, const Manifest& dataset,
                           Split split, std::size_t shard);

/// Reads the XXH3 of each block of kChecksumRows rows. Throws an Error, without the file's name,
/// unless there is one checksum for each block, stored as ShardWriter stores them.
std::vector<std::uint64_t> read_checksums(const hdf5::File& shard, std::uint64_t rows);

}  // namespace amt
