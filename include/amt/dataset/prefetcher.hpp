// Prefetches rows on a background thread, with two buffers.
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

/// Owns the thread that reads; `rows` must outlive it and is asked from that thread alone. The
/// thread takes no signals but those of its own faults, and calls neither MPI nor HDF5. All calls
/// local, from one thread.
class Prefetcher {
 public:
  /// For ranges of at most `most` rows.
  Prefetcher(const RowSource& rows, std::uint64_t most);
  /// Waits for a read that is under way.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The tokens of `now`, [now.count, row_length], valid until the next call; starts to read
  /// `following`. Fast if `now` is what the previous call named as `following`, correct in any
  /// case. What the source throws for some rows is thrown from the call that asks for these.
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
  std::mutex mutex_;  // of what follows, down to quit_
  std::condition_variable changed_;
  std::optional<RowRange> asked_;  // what the thread has been given and not yet read
  Buffer filling_;                 // the thread's while asked_, the caller's otherwise
  bool quit_ = false;
  RowRange ahead_;  // what filling_ holds or will hold
  Buffer taken_;    // what the last next() returned
  std::thread thread_;
};

}  // namespace amt
