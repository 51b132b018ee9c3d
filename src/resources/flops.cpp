#include "amt/resources/flops.hpp"

#include <limits>

namespace amt {

double model_flops_per_token(const ModelConfig& config) {
  const double layers = config.num_layers, width = config.hidden_dim;
  const double block = 12 * width * width;  // qkv 3, projection 1, MLP 4 + 4
  const double multiplied = layers * block + config.vocab_size * width;
  return 6 * multiplied + 12 * layers * width * config.seq_len;
}

double model_flops_utilisation(double flops_per_second, int ranks, double peak_flops) {
  if (peak_flops <= 0) return std::numeric_limits<double>::quiet_NaN();
  return flops_per_second / (ranks * peak_flops);
}

}  // namespace amt
