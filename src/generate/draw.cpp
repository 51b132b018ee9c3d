#include "draw.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/random/philox.hpp"

namespace amt {

void Drawing::weigh(std::span<const float> logits) {
  const float most = *std::ranges::max_element(logits);
  if (!std::isfinite(most)) throw Error("the model's logits are not finite: is it trained?");
  weights_.resize(logits.size());
  std::ranges::transform(logits, weights_.begin(), [&](float logit) {
    return std::exp((double{logit} - double{most}) / sampling_.temperature);
  });
}

/// Fills `order_` with the indices in order of decreasing weight (as floats) and, if equal, of
/// index. Uses a counting sort on a third of the bits at a time, because a comparison sort would
/// take most of the time per token.
void Drawing::sort() {
  constexpr int kDigit = 11;
  constexpr std::uint32_t kMask = (1u << kDigit) - 1;
  order_.resize(weights_.size());
  other_.resize(weights_.size());
  keys_.resize(weights_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  // The bits of non-negative floats are in the same order as the numbers.
  std::ranges::transform(weights_, keys_.begin(), [](double weight) {
    return ~std::bit_cast<std::uint32_t>(static_cast<float>(weight));
  });
  for (int shift = 0; shift < 32; shift += kDigit) {
    std::array<std::uint32_t, kMask + 2> place = {};
    for (const std::uint32_t key : keys_) ++place[(key >> shift & kMask) + 1];
    std::partial_sum(place.begin(), place.end(), place.begin());
    for (const std::uint32_t index : order_) other_[place[keys_[index] >> shift & kMask]++] = index;
    order_.swap(other_);
  }
}

/// Returns the total as the reference's softmax in PyTorch computes it: summed in fp32 over the
/// sorted values, in the 16 lanes of a vector. The small values lost to rounding move the edge of
/// the nucleus; with a more accurate sum, other tokens would be drawn.
float Drawing::total_in_fp32() const {
  std::array<float, 16> lanes = {};
  for (std::size_t i = 0; i < order_.size(); ++i) {
    lanes[i % lanes.size()] += static_cast<float>(weights_[order_[i]]);
  }
  for (std::size_t half = lanes.size() / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

/// Returns how many indices of `order_` to keep: up to and including the first at which the sum
/// exceeds top_p.
std::size_t Drawing::nucleus() const {
  const float total = total_in_fp32(), enough = static_cast<float>(sampling_.top_p);
  double sum = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (static_cast<float>(sum) > enough) return i;
    sum += double{static_cast<float>(weights_[order_[i]]) / total};
  }
  return order_.size();
}

void Drawing::keep_nucleus() {
  sort();
  const std::size_t kept = nucleus();
  if (kept == order_.size()) return;
  // If the edge is among weights that are equal as floats, the likeliest of them are kept.
  const auto key = [&](std::uint32_t index) { return keys_[index]; };
  const auto edge = keys_[order_[kept]];
  std::sort(std::ranges::lower_bound(order_, edge, {}, key),
            std::ranges::upper_bound(order_, edge, {}, key), [&](std::uint32_t a, std::uint32_t b) {
              return weights_[a] != weights_[b] ? weights_[a] > weights_[b] : a < b;
            });
  for (std::size_t i = kept; i < order_.size(); ++i) weights_[order_[i]] = 0;
}

std::size_t Drawing::draw(std::span<const float> logits, double u) {
  weigh(logits);
  if (sampling_.top_p < 1) keep_nucleus();
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  std::size_t drawn = 0;
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] == 0) continue;
    drawn = i;  // the last possible one if rounding keeps the sum too small
    sum += weights_[i];
    if (sum > u * total) break;
  }
  probability_ = weights_[drawn] / total;
  allowed_ = weights_.size() - static_cast<std::size_t>(std::ranges::count(weights_, 0.0));
  return drawn;
}

double uniform(std::uint64_t seed, std::uint64_t sample, std::uint64_t token) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const PhiloxBlock block = philox4x32_10(
      {low(token), low(token >> 32), low(sample), low(sample >> 32)}, philox_key(seed));
  const std::uint64_t bits = (std::uint64_t{block[1]} << 32 | block[0]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

}  // namespace amt
