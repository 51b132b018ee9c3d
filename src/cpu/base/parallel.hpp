// Parallel loops. The result of an iteration must not depend on the thread that runs it, so that
// results are bitwise identical for any schedule. If an iteration throws, the first exception is
// rethrown after the loop, and later iterations may be skipped.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>

#include "amt/ops/types.hpp"

namespace amt {

/// Carries an exception out of a parallel region, because exceptions must not leave such a region.
class FirstException {
 public:
  template <class F>
  void guard(const F& f) noexcept {
    if (caught_.load(std::memory_order_relaxed)) return;
    try {
      f();
    } catch (...) {
      if (!caught_.exchange(true)) exception_ = std::current_exception();
    }
  }
  /// Must be called after the region.
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::atomic<bool> caught_ = false;
  std::exception_ptr exception_;
};

/// Calls f(i) for i in [0, count), for iterations of equal work. A single iteration runs without a
/// team of threads: when one token is generated, waiting for the team would take most of the time.
template <class F>
void parallel_for(int threads, Dim count, const F& f) {
  if (threads == 1 || count == 1) {
    for (Dim i = 0; i < count; ++i) f(i);
    return;
  }
  FirstException first;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (Dim i = 0; i < count; ++i) first.guard([&] { f(i); });
  first.rethrow();
}

/// Calls f(i) for i in [0, count), for iterations of unequal work.
template <class F>
void parallel_for_uneven(int threads, Dim count, const F& f) {
  FirstException first;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (Dim i = 0; i < count; ++i) first.guard([&] { f(i); });
  first.rethrow();
}

/// Number of floats per piece of a flat buffer (64 KiB).
inline constexpr Dim kFlatPiece = 16384;

/// Calls f(begin, end) for pieces of [0, count), which all have `piece` elements except the last.
template <class F>
void parallel_pieces(int threads, Dim count, Dim piece, const F& f) {
  parallel_for(threads, (count + piece - 1) / piece,
               [&](Dim i) { f(i * piece, std::min(count, (i + 1) * piece)); });
}

}  // namespace amt
