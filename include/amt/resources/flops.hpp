// Computes how much of its devices' peak performance a run uses.
#pragma once

#include <string>

#include "amt/model/config.hpp"

namespace amt {

/// Returns the floating-point operations that the model needs per token, forward and backward: 6
/// for each parameter of a matrix product (the blocks' four, and the tied embedding once, as the
/// output layer, without its padding rows), and 12 x layers x hidden x seq_len for attention, as if
/// it were not causal. Extra work done by an implementation (recomputed activations, padding) does
/// not count. Source: PaLM, arXiv 2204.02311, appendix B.
double model_flops_per_token(const ModelConfig& config);

/// Returns the model FLOPs utilisation, from the same source: the fraction of the peak of all
/// ranks' devices. NaN if `peak_flops`, the peak FLOP/s of one rank's device, is 0, which means
/// unknown.
double model_flops_utilisation(double flops_per_second, int ranks, double peak_flops);

/// Returns the FLOP/s in the data sheet of a GPU, looked up by the name that its driver reports; 0
/// if the name is unknown. trainer.peak_flops takes precedence.
double known_peak_flops(const std::string& device_name);

}  // namespace amt
