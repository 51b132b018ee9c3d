#include "amt/shuffle/exchange.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace amt {
namespace {

// Rows for all destinations together. What one rank receives in a round is at most ranks x window:
// the window shrinks as the ranks grow, so that even rows that all go to one rank stay near 64 MiB.
constexpr std::size_t kRowsOnTheWay = 32768;
constexpr std::size_t kMaxWindow = 2048, kMinWindow = 16;

}  // namespace

RowExchange::RowExchange(const mpi::Communicator& communicator, Receive receive,
                         Progressed progressed)
    : communicator_(communicator),
      receive_(std::move(receive)),
      progressed_(std::move(progressed)),
      window_(std::clamp(kRowsOnTheWay / static_cast<std::size_t>(communicator.size()), kMinWindow,
                         kMaxWindow)),
      outgoing_(static_cast<std::size_t>(communicator.size())) {}

void RowExchange::push(int to, const RowId& id, const Row& row) {
  if (to == communicator_.rank()) {
    receive_(id, row);
  } else {
    outgoing_[static_cast<std::size_t>(to)].push_back({id, row});
  }
  if (++held_ < window_) return;
  round(/*finished=*/false);
  if (failed_) throw ExchangeStopped();
}

bool RowExchange::finish(bool succeeded) {
  failed_here_ = !succeeded;
  if (!succeeded) {
    for (auto& rows : outgoing_) rows.clear();
  }
  do {
    round(/*finished=*/true);
  } while (finished_ranks_ < static_cast<std::uint64_t>(communicator_.size()));
  return !failed_;
}

void RowExchange::round(bool finished) {
  std::array<std::uint64_t, 4> sums = {progress_[0], progress_[1], finished, failed_here_};
  communicator_.all_reduce_sum(sums);
  finished_ranks_ = sums[2];
  failed_ = failed_ || sums[3] > 0;
  held_ = 0;
  if (progressed_) progressed_(sums[0], sums[1]);
  if (communicator_.size() == 1) return;
  std::vector<std::size_t> counts;
  packed_.clear();
  for (auto& rows : outgoing_) {
    counts.push_back(rows.size());
    packed_.insert(packed_.end(), rows.begin(), rows.end());
    rows.clear();
  }
  communicator_.all_to_all(std::as_bytes(std::span(packed_)), counts, sizeof(KeyedRow), received_);
  const std::span arrived(reinterpret_cast<const KeyedRow*>(received_.data()),
                          received_.size() / sizeof(KeyedRow));
  for (const KeyedRow& row : arrived) receive_(row.id, row.tokens);
}

}  // namespace amt
