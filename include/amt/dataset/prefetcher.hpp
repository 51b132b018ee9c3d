// Prefetches rows on a background thread, using two buffers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "amt/dataset/rows.hpp"

namespace amt {

/// Owns the reading thread; `rows` must outlive it and is used by that thread only. The thread
/// handles no signals except its own faults, and calls neither MPI nor HDF5. All calls are local,
/// and must come from one thread.
class Prefetcher {
 public:
  /// `most` is the largest number of rows in a range.
  Prefetcher(const RowSource& rows, std::uint64_t most);
  /// Waits for a read in progress.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Returns the tokens of `now`, [now.count, row_length], valid until the next call, and starts
  /// reading `following`. Fast if `now` equals the previous call's `following`, correct in any
  /// case. If the source throws, the exception is rethrown by the call that requests the affected
  /// rows.
  std::span<const Token> next(const RowRange& now, const RowRange& following);

 private:
  struct Buffer {
    std::vector<Token> tokens;
    std::exception_ptr error;
  };

  void work();
  void read(const RowRange& range, Buffer& buffer) const;
  void begin(std::unique_lock<std::mutex>& lock, const RowRange& range);

  const RowSource& rows_;
  std::mutex mutex_;  // guards the members from here to quit_
  std::condition_variable changed_;
  std::optional<RowRange> asked_;  // requested from the thread, not yet read
  Buffer filling_;  // belongs to the thread while asked_ is set, otherwise to the caller
  bool quit_ = false;
  RowRange ahead_;  // the rows that filling_ has or will have
  Buffer taken_;    // returned by the last next()
  std::thread thread_;
};

}  // namespace amt
