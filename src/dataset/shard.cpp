#include "amt/dataset/shard.hpp"

#include <algorithm>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

hdf5::File create(const std::filesystem::path& path, const Manifest& dataset, Split split,
                  std::size_t shard, std::size_t shards) {
  hdf5::File file = hdf5::File::create(path);
  file.set_attribute("format_version", static_cast<std::uint64_t>(dataset.format_version));
  file.set_attribute("encoding", encoding_name(dataset.encoding));
  file.set_attribute("vocabulary", static_cast<std::uint64_t>(dataset.vocabulary));
  file.set_attribute("context_length", static_cast<std::uint64_t>(dataset.context_length));
  file.set_attribute("split", split_name(split));
  file.set_attribute("shard", static_cast<std::uint64_t>(shard));
  file.set_attribute("shards", static_cast<std::uint64_t>(shards));
  file.set_attribute("seed", dataset.seed);
  file.set_attribute("augment", static_cast<std::uint64_t>(dataset.augment));
  file.set_attribute("prefix_digits", static_cast<std::uint64_t>(dataset.prefix_digits));
  return file;
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
    buffer_.insert(buffer_.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
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
    throw Error(str_cat(info_.file, ": ", written_, " rows written of ", info_.rows));
  }
  write_checksums();
  { const hdf5::Dataset closed = std::move(tokens_); }  // HDF5 closes a file with its last handle
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
  const bool fits = tokens.type() == hdf5::Type::u16 &&
                    tokens.shape() == hdf5::Shape{info.rows, kContextLength} &&
                    file.text_attribute("encoding") == encoding_name(dataset.encoding) &&
                    file.text_attribute("split") == split_name(split) &&
                    file.integer_attribute("shard") == shard &&
                    file.integer_attribute("seed") == dataset.seed;
  if (!fits) {
    throw Error(str_cat(path.string(), " is not the shard that ", kManifestFile,
                        " names; run amt prepare again"));
  }
  if (info.rows == 0) return {0, 0};  // nothing was allocated
  const ShardLocation location = {tokens.file_offset(), info.rows};
  const std::uint64_t bytes = std::filesystem::file_size(path);
  if (location.offset > bytes || location.rows > (bytes - location.offset) / sizeof(Row)) {
    throw Error(path.string() + " is cut short; run amt prepare again");
  }
  return location;
}

}  // namespace amt
