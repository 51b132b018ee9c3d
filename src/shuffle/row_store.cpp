#include "amt/shuffle/row_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <optional>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::size_t kPieceRows = 1024;  // handed to the sink at once

/// A spill file opened for reading rows by number.
class SpillReader {
 public:
  explicit SpillReader(const std::filesystem::path& path)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw system_error("cannot open the spill file " + path.string());
  }
  ~SpillReader() { ::close(fd_); }
  SpillReader(const SpillReader&) = delete;
  SpillReader& operator=(const SpillReader&) = delete;

  void read(std::uint64_t offset, std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw system_error("cannot read the spill file " + path_.string());
      if (n == 0) throw Error("the spill file " + path_.string() + " was cut short");
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
  }

 private:
  std::filesystem::path path_;
  int fd_;
};

/// Row numbers in order of their ids.
std::vector<std::uint64_t> sorted_order(std::span<const RowId> ids) {
  std::vector<std::uint64_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::ranges::sort(order, {}, [&](std::uint64_t i) -> const RowId& { return ids[i]; });
  return order;
}

}  // namespace

struct RowStore::Slot {
  std::vector<KeyedRow> rows;      // in memory
  std::vector<RowId> spilled_ids;  // of the spill file's rows, in its order
  std::optional<OutputFile> spill;
};

RowStore::RowStore(std::filesystem::path folder, std::uint64_t budget, std::size_t slots)
    : folder_(std::move(folder)), budget_(budget), slots_(slots) {}

RowStore::~RowStore() {
  if (spilled_ == 0) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void RowStore::add(std::size_t slot, const KeyedRow& row) {
  if (held_ + sizeof(KeyedRow) > budget_) spill();
  slots_[slot].rows.push_back(row);
  held_ += sizeof(KeyedRow);
}

std::uint64_t RowStore::rows(std::size_t slot) const {
  return slots_[slot].rows.size() + slots_[slot].spilled_ids.size();
}

std::uint64_t RowStore::spilled_bytes() const { return spilled_; }

void RowStore::spill() {
  std::filesystem::create_directories(folder_);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    Slot& slot = slots_[s];
    if (slot.rows.empty()) continue;
    if (!slot.spill) slot.spill.emplace(folder_ / str_cat("slot-", s));
    slot.spill->write(std::as_bytes(std::span(slot.rows)));
    for (const KeyedRow& row : slot.rows) slot.spilled_ids.push_back(row.id);
    std::vector<KeyedRow>().swap(slot.rows);
  }
  spilled_ += held_;
  held_ = 0;
}

void RowStore::take(std::size_t slot_number, const Sink& sink) {
  Slot& slot = slots_[slot_number];
  const std::uint64_t on_disk = slot.spilled_ids.size();
  std::optional<SpillReader> spilled;
  if (slot.spill) {
    slot.spill->close();
    spilled.emplace(folder_ / str_cat("slot-", slot_number));
  }
  std::vector<RowId> ids = std::exchange(slot.spilled_ids, {});
  for (const KeyedRow& row : slot.rows) ids.push_back(row.id);
  std::vector<Row> piece;
  piece.reserve(std::min<std::size_t>(kPieceRows, ids.size()));
  for (const std::uint64_t i : sorted_order(ids)) {
    Row& out = piece.emplace_back();
    if (i < on_disk) {
      spilled->read(i * sizeof(KeyedRow) + sizeof(RowId), std::as_writable_bytes(std::span(out)));
    } else {
      out = slot.rows[i - on_disk].tokens;
    }
    if (piece.size() == kPieceRows) {
      sink(piece);
      piece.clear();
    }
  }
  if (!piece.empty()) sink(piece);
  held_ -= slot.rows.size() * sizeof(KeyedRow);
  std::vector<KeyedRow>().swap(slot.rows);
  slot.spill.reset();
  if (spilled) std::filesystem::remove(folder_ / str_cat("slot-", slot_number));
}

}  // namespace amt
