// Loops over threads. What an iteration computes must not depend on which thread runs it: so
// results have the same bits for any schedule. The first exception of an iteration is thrown after
// the loop; the iterations that follow it may be left out.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>

#include "amt/ops/types.hpp"

namespace amt {

/// An exception must not leave a parallel region: this carries it out.
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
  /// After the region.
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::atomic<bool> caught_ = false;
  std::exception_ptr exception_;
};

/// f(i) for i in [0, count), equal work each. Without a team where one thread does it all: of one
/// position, waiting for a team would be most of the time.
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

/// f(i) for i in [0, count), work that differs.
template <class F>
void parallel_for_uneven(int threads, Dim count, const F& f) {
  FirstException first;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (Dim i = 0; i < count; ++i) first.guard([&] { f(i); });
  first.rethrow();
}

/// Floats in a piece of a flat buffer: 64 KiB.
inline constexpr Dim kFlatPiece = 16384;

/// f(begin, end) over pieces of [0, count) of `piece` each but the last.
template <class F>
void parallel_pieces(int threads, Dim count, Dim piece, const F& f) {
  parallel_for(threads, (count + piece - 1) / piece,
               [&](Dim i) { f(i * piece, std::min(count, (i + 1) * piece)); });
}

}  // namespace amt
