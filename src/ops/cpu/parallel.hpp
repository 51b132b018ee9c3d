// Loops over threads. What an iteration computes must not depend on which thread runs it: so
// results have the same bits for any schedule.
#pragma once

#include <algorithm>

#include "amt/ops/ops.hpp"

namespace amt {

/// f(i) for i in [0, count), equal work each.
template <class F>
void parallel_for(int threads, Dim count, const F& f) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (Dim i = 0; i < count; ++i) f(i);
}

/// f(i) for i in [0, count), work that differs.
template <class F>
void parallel_for_uneven(int threads, Dim count, const F& f) {
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (Dim i = 0; i < count; ++i) f(i);
}

/// f(begin, end) over pieces of [0, count) of `piece` each but the last.
template <class F>
void parallel_pieces(int threads, Dim count, Dim piece, const F& f) {
  parallel_for(threads, (count + piece - 1) / piece,
               [&](Dim i) { f(i * piece, std::min(count, (i + 1) * piece)); });
}

}  // namespace amt
