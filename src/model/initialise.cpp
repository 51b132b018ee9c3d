#include <cmath>
#include <numbers>

#include "amt/model/parameter_layout.hpp"
#include "amt/random/philox.hpp"

namespace amt {
namespace {

constexpr std::uint32_t kDomain = 2u << 28;  // dropout masks use 1 << 28 in this word

/// Returns two independent standard normal numbers from two uniform 32-bit words (Box and Muller,
/// 1958).
std::array<double, 2> box_muller(std::uint32_t a, std::uint32_t b) {
  const double radius = std::sqrt(-2 * std::log((a + 0.5) * 0x1p-32));
  const double angle = 2 * std::numbers::pi * (b + 0.5) * 0x1p-32;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// Returns elements [4 block, 4 block + 4) of tensor number `tensor`.
std::array<double, 4> normal_block(std::uint64_t seed, std::size_t tensor, std::int64_t block) {
  const PhiloxBlock words = philox4x32_10(
      {low_word(block), high_word(block), low_word(tensor), kDomain}, philox_key(seed));
  const auto first = box_muller(words[0], words[1]), second = box_muller(words[2], words[3]);
  return {first[0], first[1], second[0], second[1]};
}

void fill_normal(std::span<float> out, double deviation, std::uint64_t seed, std::size_t tensor) {
  const std::int64_t count = out.size();
#pragma omp parallel for schedule(static)
  for (std::int64_t block = 0; block < (count + 3) / 4; ++block) {
    const std::array<double, 4> values = normal_block(seed, tensor, block);
    for (std::int64_t i = 4 * block; i < std::min(count, 4 * block + 4); ++i) {
      out[i] = static_cast<float>(deviation * values[i % 4]);
    }
  }
}

}  // namespace

void initialise_parameters(const ModelConfig&, const ParameterLayout& layout, std::uint64_t seed,
                           std::span<float> out) {
  std::fill(out.begin(), out.end(), 0.0f);
  for (std::size_t tensor = 0; tensor < layout.all().size(); ++tensor) {
    const ParameterInfo& info = layout.all()[tensor];
    const std::span<float> values = out.subspan(info.offset, info.size);
    if (info.shape.size() == 2) {
      fill_normal(values, info.name == "transformer.wpe.weight" ? 0.01 : 0.02, seed, tensor);
    } else if (info.name.ends_with(".weight")) {  // the weight of a layer norm
      std::fill(values.begin(), values.end(), 1.0f);
    }
  }
}

}  // namespace amt
