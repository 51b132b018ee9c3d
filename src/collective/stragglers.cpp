#include "amt/collective/stragglers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"

namespace amt {

std::optional<double> exceeded_median(std::span<const double> seconds, int rank) {
  std::vector<double> sorted(seconds.begin(), seconds.end());
  const auto middle = sorted.begin() + ((sorted.size() - 1) / 2);
  std::ranges::nth_element(sorted, middle);
  if (seconds[rank] <= kSlow * *middle) return std::nullopt;
  return *middle;
}

void Stragglers::add(std::int64_t step, double seconds) {
  if (++steps_ > 0) seconds_ += seconds;
  if (interval_ == 0 || (step + 1) % interval_ != 0 || steps_ == 0) return;
  compare(step);
  steps_ = 0;
  seconds_ = 0;
}

void Stragglers::compare(std::int64_t step) {
  const double mine = seconds_ / static_cast<double>(steps_);
  const auto median = exceeded_median(ranks_.all_gather_value(mine), ranks_.rank());
  ++compared_;
  if (!median || !std::has_single_bit(++slow_)) return;
  log_named_warning(fmt::format(
      "this rank was slow in {} of {}: its own work took {:.3g} s per step up to step {}, {:.1f} "
      "times the median of all ranks ({:.3g} s), which wait for it; check what else runs on this "
      "host, the clock of its CPU or GPU, and how ranks are bound to cores",
      slow_, counted(compared_, "comparison"), mine, step, mine / *median, *median));
}

}  // namespace amt
