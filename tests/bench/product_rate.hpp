// How long the matrix products of a pass take when nothing else is done.
#pragma once

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// 1e9 floating-point operations in the products of one row's forward and backward pass, attention
/// counted as causal: half of its products.
double products_gflop(const ModelConfig& config);

/// Seconds of these products on `rows` rows, with the shapes and layouts of the model, but for
/// attention: its share is taken to run at the rate of the others.
double product_seconds(const ModelConfig& config, int rows, Precision precision, int threads);

}  // namespace amt
