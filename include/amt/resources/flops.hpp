// How much of its devices' arithmetic a run uses.
#pragma once

#include <string>

#include "amt/model/config.hpp"

namespace amt {

/// Floating-point operations that the model needs for one token, forward and backward: 6 for each
/// parameter of a matrix product (the blocks' four, and the tied embedding once, as the output
/// layer, without its padding rows), and 12 x layers x hidden x seq_len for attention, as if it
/// were not causal. What an implementation does besides (recomputed activations, padding) is no
/// work of the model. Source: PaLM, arXiv 2204.02311, appendix B.
double model_flops_per_token(const ModelConfig& config);

/// Model FLOPs utilisation of the same source: the share of what all ranks' devices could do. Not a
/// number if `peak_flops`, the peak FLOP/s of one rank's device, is 0: not known.
double model_flops_utilisation(double flops_per_second, int ranks, double peak_flops);

/// FLOP/s that the data sheet of a GPU promises, by the name that its driver reports; 0 if the name
/// is not known. What trainer.peak_flops says goes before.
double known_peak_flops(const std::string& device_name);

}  // namespace amt
