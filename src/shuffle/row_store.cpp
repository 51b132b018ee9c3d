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

constexpr std::size_t kPieceRows = 1024;  // handed to the sink, or read for their ids, at once

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

/// Calls `sink` with pieces of `count` rows in order of their ids; fetch(i, out) gets the tokens of
/// row i.
template <class Id, class Fetch>
void emit_in_order(std::uint64_t count, Id id, Fetch fetch, const RowStore::Sink& sink) {
  std::vector<std::uint64_t> order(count);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::ranges::sort(order, {}, id);
  std::vector<Row> piece;
  piece.reserve(std::min<std::uint64_t>(kPieceRows, count));
  for (const std::uint64_t i : order) {
    fetch(i, piece.emplace_back());
    if (piece.size() == kPieceRows) {
      sink(piece);
      piece.clear();
    }
  }
  if (!piece.empty()) sink(piece);
}

void emit_sorted(const std::vector<KeyedRow>& rows, const RowStore::Sink& sink) {
  emit_in_order(
      rows.size(), [&](std::uint64_t i) -> const RowId& { return rows[i].id; },
      [&](std::uint64_t i, Row& out) { out = rows[i].tokens; }, sink);
}

/// The ids of a spill file's rows, in its order.
std::vector<RowId> read_ids(const SpillReader& file, std::uint64_t rows) {
  std::vector<RowId> ids;
  ids.reserve(rows);
  std::vector<KeyedRow> piece;
  for (std::uint64_t at = 0; at < rows; at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kPieceRows, rows - at));
    file.read(at * sizeof(KeyedRow), std::as_writable_bytes(std::span(piece)));
    for (const KeyedRow& row : piece) ids.push_back(row.id);
  }
  return ids;
}

/// For a shard that is larger than the budget: two passes, the second in random order.
void emit_sorted(const SpillReader& file, std::uint64_t rows, const RowStore::Sink& sink) {
  const std::vector<RowId> ids = read_ids(file, rows);
  emit_in_order(
      rows, [&](std::uint64_t i) -> const RowId& { return ids[i]; },
      [&](std::uint64_t i, Row& out) {
        file.read(i * sizeof(KeyedRow) + sizeof(RowId), std::as_writable_bytes(std::span(out)));
      },
      sink);
}

}  // namespace

struct RowStore::Slot {
  std::vector<KeyedRow> rows;  // in memory
  std::uint64_t spilled = 0;   // rows in the spill file
  std::optional<OutputFile> spill;
};

RowStore::RowStore(std::filesystem::path folder, std::uint64_t budget, std::size_t slots)
    : folder_(std::move(folder)), budget_(budget), slots_(slots) {}

RowStore::~RowStore() {
  if (spilled_ == 0) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path RowStore::spill_file(std::size_t slot) const {
  return folder_ / str_cat("slot-", slot);
}

void RowStore::add(std::size_t slot, const KeyedRow& row) {
  if (held_ + sizeof(KeyedRow) > budget_) spill();
  slots_[slot].rows.push_back(row);
  held_ += sizeof(KeyedRow);
}

std::uint64_t RowStore::rows(std::size_t slot) const {
  return slots_[slot].rows.size() + slots_[slot].spilled;
}

std::uint64_t RowStore::spilled_bytes() const { return spilled_; }

void RowStore::spill() {
  if (held_ == 0) return;
  std::filesystem::create_directories(folder_);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    Slot& slot = slots_[s];
    if (slot.rows.empty()) continue;
    if (!slot.spill) slot.spill.emplace(spill_file(s));
    slot.spill->write(std::as_bytes(std::span(slot.rows)));
    slot.spilled += slot.rows.size();
    std::vector<KeyedRow>().swap(slot.rows);
  }
  spilled_ += held_;
  held_ = 0;
}

void RowStore::take(std::size_t slot_number, const Sink& sink) {
  // Once the budget was too small, all goes to disk first: one shard after the other then has it
  // whole.
  if (spilled_ > 0) spill();
  Slot& slot = slots_[slot_number];
  if (slot.spilled == 0) {
    held_ -= slot.rows.size() * sizeof(KeyedRow);
    emit_sorted(std::exchange(slot.rows, {}), sink);
    return;
  }
  slot.spill->close();
  slot.spill.reset();
  const std::uint64_t rows = std::exchange(slot.spilled, 0);
  {
    const SpillReader file(spill_file(slot_number));
    if (rows * sizeof(KeyedRow) <= budget_) {
      std::vector<KeyedRow> all(rows);
      file.read(0, std::as_writable_bytes(std::span(all)));
      emit_sorted(all, sink);
    } else {
      emit_sorted(file, rows, sink);
    }
  }
  std::filesystem::remove(spill_file(slot_number));
}

}  // namespace amt
