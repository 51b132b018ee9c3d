#include "amt/shuffle/exchange.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

namespace amt {
namespace {

// Buffered rows for all destinations together. A rank receives at most ranks x window rows in a
// round.
constexpr std::size_t kRowsOnTheWay = 32768;
constexpr std::size_t kMaxWindow = 2048, kMinWindow = 16;

}  // namespace

RowExchange::RowExchange(const mpi::Communicator& communicator, Receive receive,
                         Progressed progressed)
    : communicator_(communicator),
      receive_(std::move(receive)),
      progressed_(std::move(progressed)),
      window_(window_of(communicator.size())),
      outgoing_(communicator.size()) {}

std::size_t RowExchange::window_of(int ranks) {
  return std::clamp(kRowsOnTheWay / ranks, kMinWindow, kMaxWindow);
}

void RowExchange::push(int to, const RowId& id, const Row& row) {
  if (to == communicator_.rank()) {
    receive_(id, row);
  } else {
    outgoing_[to].push_back({id, row});
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
  } while (std::cmp_less(finished_ranks_, communicator_.size()));
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
  std::vector<std::span<const std::byte>> parts;
  for (const auto& rows : outgoing_) parts.push_back(std::as_bytes(std::span(rows)));
  const auto counts = communicator_.all_to_all(parts, sizeof(KeyedRow), received_);
  for (auto& rows : outgoing_) rows.clear();
  const std::span arrived(reinterpret_cast<const KeyedRow*>(received_.data()),
                          std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  for (const KeyedRow& row : arrived) receive_(row.id, row.tokens);
}

}  // namespace amt
