#include "amt/collective/slices.hpp"

#include <algorithm>

namespace amt {

Slices::Slices(std::int64_t count, int ranks) {
  const std::int64_t each = count / (kAlignment * ranks) * kAlignment;
  for (int rank = 0; rank < ranks; ++rank) bounds_.push_back(rank * each);
  bounds_.push_back(count);
}

Slice Slices::of(int rank) const { return {bounds_[rank], bounds_[rank + 1]}; }

std::int64_t Slices::longest() const {
  std::int64_t longest = 0;
  for (int rank = 0; rank < ranks(); ++rank) longest = std::max(longest, of(rank).count());
  return longest;
}

std::int64_t Slices::equal() const {
  const std::int64_t each = of(0).count();
  for (int rank = 1; rank < ranks(); ++rank) {
    if (of(rank).begin != rank * each) return 0;
  }
  return of(ranks() - 1).count() >= each ? each : 0;
}

void Slices::for_each_part(Slice range, const std::function<void(int, Slice)>& f) const {
  for (std::int64_t at = range.begin; at < range.end;) {
    const auto after = std::ranges::upper_bound(bounds_, at);  // skips empty slices
    const auto owner = static_cast<int>(after - bounds_.begin()) - 1;
    const Slice part{at, std::min(range.end, *after)};
    f(owner, part);
    at = part.end;
  }
}

}  // namespace amt
