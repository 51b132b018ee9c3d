// The reference's recorded training runs, and the check that a device follows one step by step.
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
  /// The batches of all steps, one after another.
  MemoryRows rows() const;
  /// A recorded file's tensors at their places in the flat buffer.
  std::vector<float> parameters(const char* file, const ParameterLayout& layout) const;

  std::filesystem::path folder;
  nlohmann::json json;
  ModelConfig model;
  TrainerOptions trainer;
  OptimizerOptions optimizer;
};

/// Relative differences that are allowed. Adam divides by the gradient's size, so an element whose
/// gradient is near 0 turns a rounding error into a step of its own: fp32 activations cost most
/// here.
struct Tolerance {
  double loss, norm, parameters;
};
constexpr Tolerance kFp64Activations = {2e-7, 1e-5, 5e-5};
constexpr Tolerance kFp32Activations = {2e-6, 2e-4, 3e-4};
// The first updates are of the size of the learning rate whatever the gradient, so that noise in
// small gradients moves the norms of the steps that follow.
constexpr Tolerance kBf16Activations = {5e-3, 0.1, 2e-2};

/// Trains `model`, made by the run's configuration, through all recorded steps; expects each loss,
/// norm and rate, and the parameters at the end.
/// One process alone.
void check_steps(const GoldenRun& run, Model& model, const Tolerance& allowed);

}  // namespace amt::test
