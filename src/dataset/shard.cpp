#include "amt/dataset/shard.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/dataset/paths.hpp"
#include "attributes.hpp"

namespace amt {
namespace {

hdf5::File create(const std::filesystem::path& path, const Manifest& dataset, Split split,
                  std::size_t shard, std::size_t shards) {
  hdf5::File file = hdf5::File::create(path);
  visit_attributes(
      dataset, split, ShardNumber{shard, shards},
      [&file](const char* name, const auto& value) { file.set_attribute(name, value); });
  return file;
}

bool has(const hdf5::File& file, const char* name, std::uint64_t value) {
  return file.integer_attribute(name) == value;
}
bool has(const hdf5::File& file, const char* name, std::string_view value) {
  return file.text_attribute(name) == value;
}

/// Returns the first attribute that differs from the manifest; "" if none does.
std::string find_difference(const hdf5::File& file, const Manifest& dataset, Split split,
                            std::size_t shard) {
  std::string difference;
  const ShardNumber number = {shard, dataset.split(split).shards.size()};
  visit_attributes(dataset, split, number, [&](const char* name, const auto& value) {
    if (difference.empty() && !has(file, name, value)) difference = name;
  });
  return difference;
}

}  // namespace

ShardWriter::ShardWriter(const std::filesystem::path& folder, const Manifest& dataset, Split split,
                         std::size_t shard, std::size_t shards, std::uint64_t rows)
    : info_{shard_file_name(split, shard, shards), rows, ""},
      file_(create(folder / info_.file, dataset, split, shard, shards)),
      tokens_(file_.create_dataset(kTokensDataset, hdf5::Type::u16, {rows, kContextLength})) {
  buffer_.reserve(std::min(rows, kChecksumRows));
}

void ShardWriter::write(std::span<const Row> rows) {
  while (!rows.empty()) {
    const std::size_t room = kChecksumRows - buffer_.size();
    const std::size_t count = std::min(room, rows.size());
    buffer_.insert(buffer_.end(), rows.begin(), rows.begin() + count);
    rows = rows.subspan(count);
    if (buffer_.size() == kChecksumRows) flush();
  }
}

void ShardWriter::flush() {
  const auto bytes = std::as_bytes(std::span(buffer_));
  tokens_.write_rows(written_, buffer_.size(), bytes);
  checksums_.push_back(xxh3_64(bytes));
  whole_.update(bytes);
  written_ += buffer_.size();
  buffer_.clear();
}

void ShardWriter::write_checksums() {
  hdf5::Dataset sums = file_.create_dataset(kChecksumDataset, hdf5::Type::u64, {checksums_.size()});
  sums.write_rows(0, checksums_.size(), std::as_bytes(std::span(checksums_)));
}

ShardInfo ShardWriter::finish() {
  if (!buffer_.empty()) flush();
  if (written_ != info_.rows) {
    throw Error(
        fmt::format("{}: only {} of {} rows were written", info_.file, written_, info_.rows));
  }
  write_checksums();
  // HDF5 closes a file only when its last handle is closed.
  { const hdf5::Dataset closed = std::move(tokens_); }
  file_.close();
  info_.hash = hex64(whole_.digest());
  return info_;
}

ShardLocation locate_shard(const std::filesystem::path& folder, const Manifest& dataset,
                           Split split, std::size_t shard) {
  const ShardInfo& info = dataset.split(split).shards[shard];
  const std::filesystem::path path = folder / info.file;
  const hdf5::File file = hdf5::File::open(path);
  const hdf5::Dataset tokens = file.open_dataset(kTokensDataset);
  const bool fits =
      tokens.type() == hdf5::Type::u16 && tokens.shape() == hdf5::Shape{info.rows, kContextLength};
  const std::string difference =
      fits ? find_difference(file, dataset, split, shard) : "number of rows, or their type,";
  if (!difference.empty()) {
    throw Error(
        fmt::format("{} is not the shard that {} names: its {} differs; run amt prepare again",
                    path.string(), kManifestFile, difference));
  }
  if (info.rows == 0) return {0, 0};  // nothing was allocated
  const ShardLocation location = {tokens.file_offset(), info.rows};
  const std::uint64_t bytes = std::filesystem::file_size(path);
  if (location.offset > bytes || location.rows > (bytes - location.offset) / sizeof(Row)) {
    throw Error(path.string() + " is cut short; run amt prepare again");
  }
  return location;
}

std::vector<std::uint64_t> read_checksums(const hdf5::File& shard, std::uint64_t rows) {
  const hdf5::Dataset dataset = shard.open_dataset(kChecksumDataset);
  const std::uint64_t count = (rows + kChecksumRows - 1) / kChecksumRows;
  if (dataset.type() != hdf5::Type::u64 || dataset.shape() != hdf5::Shape{count}) {
    throw Error("it does not have one checksum for each block of its rows");
  }
  if (count == 0) return {};  // nothing was allocated
  dataset.file_offset();      // throws unless all of it is stored in this file, as written
  std::vector<std::uint64_t> sums(count);
  dataset.read_rows(0, count, std::as_writable_bytes(std::span(sums)));
  return sums;
}

}  // namespace amt
