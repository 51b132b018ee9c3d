#include "amt/collective/slices.hpp"

#include <algorithm>

namespace amt {

Slices::Slices(std::int64_t count, int ranks) : count_(count), ranks_(ranks) {
  const std::int64_t in_all = kAlignment * ranks;
  each_ = std::max<std::int64_t>(1, (count + in_all - 1) / in_all) * kAlignment;
}

Slice Slices::of(int rank) const {
  return {std::min(count_, rank * each_), std::min(count_, (rank + 1) * each_)};
}

void Slices::for_each_part(Slice range, const std::function<void(int, Slice)>& f) const {
  for (std::int64_t at = range.begin; at < range.end;) {
    const auto owner = static_cast<int>(at / each_);
    const Slice part{at, std::min(range.end, of(owner).end)};
    f(owner, part);
    at = part.end;
  }
}

}  // namespace amt
