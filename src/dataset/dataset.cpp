#include "amt/dataset/dataset.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/shard.hpp"

namespace amt {
namespace {

/// Some bytes of a file, mapped read-only.
class Mapping {
 public:
  Mapping(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    skip_ = offset % page;  // small datasets are not aligned in the file, maps must be
    size_ = bytes + skip_;
    const Descriptor file = open_regular_file(path);
    base_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(),
                   static_cast<off_t>(offset - skip_));
    if (base_ == MAP_FAILED) throw system_error("cannot map " + path.string());
  }
  Mapping(Mapping&& other) noexcept
      : base_(std::exchange(other.base_, MAP_FAILED)), size_(other.size_), skip_(other.skip_) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (base_ != MAP_FAILED) ::munmap(base_, size_);
  }
  const std::byte* data() const { return static_cast<const std::byte*>(base_) + skip_; }

 private:
  void* base_ = MAP_FAILED;
  std::size_t size_ = 0;
  std::size_t skip_ = 0;
};

}  // namespace

struct SplitReader::Shards {
  std::vector<Mapping> maps;              // of the shards that have rows
  std::vector<std::string> files;         // of each map
  std::vector<std::uint64_t> first_rows;  // of each map, ascending
  std::uint64_t rows = 0;
  int vocabulary = 0;

  std::size_t of_row(std::uint64_t index) const {
    const auto after = std::upper_bound(first_rows.begin(), first_rows.end(), index);
    return static_cast<std::size_t>(after - first_rows.begin()) - 1;
  }
  /// Error if a token would lead out of a model's tables.
  void check(std::uint64_t index, std::span<const Token> row) const {
    const Token largest = std::ranges::max(row);
    if (largest < vocabulary) return;
    const std::size_t shard = of_row(index);
    throw Error(str_cat(files[shard], ": row ", index - first_rows[shard], " holds the token ",
                        largest, ", the encoding has ", vocabulary,
                        ": it is damaged; run amt prepare again"));
  }
};

SplitReader::SplitReader(const std::filesystem::path& dataset, const Manifest& manifest,
                         Split split)
    : shards_(std::make_unique<Shards>()) {
  const SplitInfo& info = manifest.split(split);
  shards_->vocabulary = manifest.vocabulary;
  for (std::size_t i = 0; i < info.shards.size(); ++i) {
    const ShardLocation at = locate_shard(dataset, manifest, split, i);
    if (at.rows == 0) continue;
    shards_->maps.emplace_back(dataset / info.shards[i].file, at.offset, at.rows * sizeof(Row));
    shards_->files.push_back((dataset / info.shards[i].file).string());
    shards_->first_rows.push_back(shards_->rows);
    shards_->rows += at.rows;
  }
}

SplitReader::~SplitReader() = default;
SplitReader::SplitReader(SplitReader&&) noexcept = default;
SplitReader& SplitReader::operator=(SplitReader&&) noexcept = default;

std::uint64_t SplitReader::rows() const { return shards_->rows; }

std::span<const Token> SplitReader::row(std::uint64_t index) const {
  if (index >= rows()) throw Error(str_cat("row ", index, " of a split of ", rows(), " rows"));
  const std::size_t shard = shards_->of_row(index);
  const std::uint64_t within = index - shards_->first_rows[shard];
  const std::byte* data = shards_->maps[shard].data() + within * sizeof(Row);
  return {reinterpret_cast<const Token*>(data), kContextLength};
}

void SplitReader::read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const {
  if (out.size() != count * kContextLength) {
    throw Error(str_cat("a buffer of ", out.size(), " tokens for ", count, " rows"));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t index = (first + i) % rows();
    const std::span<const Token> from = row(index);
    std::memcpy(out.data() + i * kContextLength, from.data(), from.size_bytes());
    shards_->check(index, out.subspan(i * kContextLength, kContextLength));
  }
}

}  // namespace amt
