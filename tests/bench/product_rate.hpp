// Measures how long the matrix products of a pass take on their own.
#pragma once

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// Returns the GFLOP of the matrix products in one row's forward and backward pass. Attention is
/// causal, so only half of its products are counted.
double products_gflop(const ModelConfig& config);

/// Returns the seconds that these products take for `rows` rows, with the model's shapes and
/// layouts. Attention is not run; it is assumed to reach the rate of the other products.
double product_seconds(const ModelConfig& config, int rows, Precision precision, int threads);

}  // namespace amt
