#include "amt/collective/slices.hpp"

#include <algorithm>

namespace amt {

Slices::Slices(std::int64_t count, int ranks) {
  const std::int64_t in_all = kAlignment * ranks;
  const std::int64_t each = std::max<std::int64_t>(1, (count + in_all - 1) / in_all) * kAlignment;
  for (int rank = 0; rank <= ranks; ++rank) bounds_.push_back(std::min(count, rank * each));
}

Slice Slices::of(int rank) const { return {bounds_[rank], bounds_[rank + 1]}; }

std::int64_t Slices::longest() const {
  std::int64_t longest = 0;
  for (int rank = 0; rank < ranks(); ++rank) longest = std::max(longest, of(rank).count());
  return longest;
}

void Slices::for_each_part(Slice range, const std::function<void(int, Slice)>& f) const {
  for (std::int64_t at = range.begin; at < range.end;) {
    const auto after = std::ranges::upper_bound(bounds_, at);  // of empty slices, behind the last
    const auto owner = static_cast<int>(after - bounds_.begin()) - 1;
    const Slice part{at, std::min(range.end, *after)};
    f(owner, part);
    at = part.end;
  }
}

}  // namespace amt
