#include "amt/charts/curve.hpp"

#include <algorithm>
#include <cmath>

namespace amt {
namespace {

void merge(Curve::Bin& into, const Curve::Bin& from) {
  if (from.count == 0) return;
  into.lowest = into.count == 0 ? from.lowest : std::min(into.lowest, from.lowest);
  into.highest = into.count == 0 ? from.highest : std::max(into.highest, from.highest);
  into.count += from.count;
  into.steps += from.steps;
  into.values += from.values;
}

}  // namespace

void Curve::add(std::int64_t step, double value) {
  if (!std::isfinite(value)) return;
  while (step / width_ >= kMostBins) halve();
  const std::size_t index = step / width_;
  if (index >= bins_.size()) bins_.resize(index + 1);
  merge(bins_[index], {1, static_cast<double>(step), value, value, value});
}

void Curve::halve() {
  std::vector<Bin> wider((bins_.size() + 1) / 2);
  for (std::size_t i = 0; i < bins_.size(); ++i) merge(wider[i / 2], bins_[i]);
  bins_ = std::move(wider);
  width_ *= 2;
}

std::vector<Curve::Bin> Curve::bins() const {
  std::vector<Bin> held;
  std::ranges::copy_if(bins_, std::back_inserter(held),
                       [](const Bin& bin) { return bin.count > 0; });
  return held;
}

}  // namespace amt
