// The reference's recorded training runs, and a check that a device reproduces one step by step.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "amt/model/model.hpp"
#include "amt/trainer/options.hpp"
#include "support/tiny_training.hpp"

namespace amt::test {

struct GoldenRun {
  explicit GoldenRun(const std::filesystem::path& folder);
  /// Returns the batches of all steps, one after another.
  MemoryRows rows() const;
  /// Returns a recorded file's tensors at their places in the flat buffer.
  std::vector<float> parameters(const char* file, const ParameterLayout& layout) const;

  std::filesystem::path folder;
  nlohmann::json json;
  ModelConfig model;
  TrainerOptions trainer;
  OptimizerOptions optimizer;
};

/// Allowed relative differences. Adam divides by the gradient's magnitude, so where a gradient is
/// near 0, rounding errors can become full-size steps. This matters most with fp32 activations.
struct Tolerance {
  double loss, norm, parameters;
};
constexpr Tolerance kFp64Activations = {2e-7, 1e-5, 5e-5};
constexpr Tolerance kFp32Activations = {2e-6, 2e-4, 3e-4};
// The first updates have the size of the learning rate even for tiny gradients, so noise in these
// affects the norms of later steps.
constexpr Tolerance kBf16Activations = {5e-3, 0.1, 2e-2};

/// Trains `model`, created with the run's configuration, through all recorded steps. Expects the
/// recorded losses, norms, learning rates and final parameters. Single process.
void check_steps(const GoldenRun& run, Model& model, const Tolerance& allowed);

}  // namespace amt::test
