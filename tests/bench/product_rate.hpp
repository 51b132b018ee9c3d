// How long the matrix products of a pass take on their own.
#pragma once

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// GFLOP in the products of one row's forward and backward pass; attention is counted as causal,
/// i.e. half of its products.
double products_gflop(const ModelConfig& config);

/// Seconds of these products for `rows` rows, with the model's shapes and layouts. Attention is not
/// run; it is assumed to reach the rate of the other products.
double product_seconds(const ModelConfig& config, int rows, Precision precision, int threads);

}  // namespace amt
