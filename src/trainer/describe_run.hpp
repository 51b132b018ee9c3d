// The facts about a run that are recorded in run.json.
#pragma once

#include <cstdint>
#include <string>

#include "amt/model/config.hpp"
#include "amt/record/facts.hpp"
#include "amt/trainer/options.hpp"

namespace amt {

/// Facts about the run's dataset.
struct DatasetFacts {
  std::string folder, encoding, digest;
  std::uint64_t train_rows = 0, valid_rows = 0;
};

RunFacts describe_run(const ModelConfig& model, const TrainerOptions& trainer,
                      const OptimizerOptions& optimizer, const DatasetFacts& dataset, int ranks,
                      const std::string& device);

}  // namespace amt
