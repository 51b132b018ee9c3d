#include "draw.hpp"

#include <algorithm>
#include <array>
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

/// As the reference has it, whose softmax is PyTorch's: summed in fp32 over what is sorted, in the
/// 16 lanes of a vector. The small ones that are lost by it move the edge of the nucleus, so that
/// other tokens would be drawn with a better sum.
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

/// The likeliest, up to and with the first at which more than top_p is reached. Of equals the
/// first.
void Drawing::keep_nucleus() {
  order_.resize(weights_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    return weights_[a] != weights_[b] ? weights_[a] > weights_[b] : a < b;
  });
  const float total = total_in_fp32(), enough = static_cast<float>(sampling_.top_p);
  double sum = 0;
  for (const std::uint32_t index : order_) {
    const float probability = static_cast<float>(weights_[index]) / total;
    if (static_cast<float>(sum) > enough) weights_[index] = 0;
    sum += double{probability};
  }
}

std::size_t Drawing::draw(std::span<const float> logits, double u) {
  weigh(logits);
  if (sampling_.top_p < 1) keep_nucleus();
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  std::size_t drawn = 0;
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] == 0) continue;
    drawn = i;  // the last that can be drawn, if rounding leaves the sum behind
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
