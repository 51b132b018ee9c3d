#include "packed_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "amt/base/strings.hpp"
#include "amt/process/progress.hpp"
#include "archive_file.hpp"
#include "unpacker.hpp"

namespace amt {
namespace {

/// Returns the end and the size in bytes of the batch that starts at `first`: as many files as fit
/// into `memory`, but at least one.
std::pair<std::size_t, std::uint64_t> batch_from(const ReadingOrder& order, std::size_t first,
                                                 std::uint64_t memory) {
  std::uint64_t bytes = 0;
  std::size_t last = first;
  for (; last < order.size(); ++last) {
    if (last > first && bytes + order[last]->bytes > memory) break;
    bytes += order[last]->bytes;
  }
  return {last, bytes};
}

}  // namespace

std::size_t count_passes(const ReadingOrder& order, std::uint64_t memory) {
  std::size_t passes = 0;
  for (std::size_t at = 0; at < order.size(); ++passes) at = batch_from(order, at, memory).first;
  return passes;
}

PackedReader::PackedReader(const Source& source, ReadingOrder order, std::uint64_t memory)
    : source_(source),
      order_(std::move(order)),
      memory_(memory),
      passes_(count_passes(order_, memory)) {}

std::span<const std::byte> PackedReader::read(const CorpusFile& file) {
  if (next_ == order_.size() || order_[next_] != &file) {
    throw std::logic_error("files of a packed archive must be read in the given order");
  }
  if (next_ == last_) load_batch();
  const std::size_t i = next_++ - first_;
  return {held_.get() + places_[i], file.bytes};
}

void PackedReader::load_batch() {
  std::uint64_t bytes = 0;
  first_ = next_;
  std::tie(last_, bytes) = batch_from(order_, first_, memory_);
  places_.assign(last_ - first_, 0);
  held_.reset();  // before allocating the next, so that only one exists
  held_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  std::vector<std::size_t> by_offset(last_ - first_);
  std::iota(by_offset.begin(), by_offset.end(), std::size_t{0});
  std::ranges::sort(by_offset, {}, [&](std::size_t i) { return order_[first_ + i]->offset; });
  unpack(by_offset);
  ArchiveFile(source_.path).expect(source_.stamp);
}

void PackedReader::unpack(const std::vector<std::size_t>& by_offset) {
  const std::unique_ptr<Unpacker> archive = open_unpacker(source_);
  Progress progress(fmt::format("unpack, pass {} of {}", ++pass_, passes_), source_.stamp.bytes);
  std::uint64_t filled = 0;  // bytes of held_
  const CorpusFile* before = nullptr;
  for (const std::size_t i : by_offset) {
    const CorpusFile& file = *order_[first_ + i];
    if (before != nullptr && before->offset == file.offset && file.bytes > 0) {
      places_[i] = filled - file.bytes;  // a hard link shares the bytes that were read last
      continue;
    }
    archive->read(file, {held_.get() + filled, file.bytes});
    places_[i] = filled;
    filled += file.bytes;
    before = &file;
    progress.update(archive->bytes_used(), format_bytes(filled) + " of files");
  }
}

}  // namespace amt
