// The `amt eval` job: computes loss, bits per second and perplexities of checkpoints on a dataset.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"
#include "amt/corpus/split.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/resources/device_options.hpp"

namespace amt {

struct EvaluationOptions {
  std::string checkpoint;  ///< folder of a checkpoint or run, or in Hugging Face's layout
  std::string dataset;
  Split split = Split::kTest;
  std::uint64_t subsample = 1;
  bool all = false;
  bool csv = false;
  int batch = 1;
  DeviceOptions device;

  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError naming the option
};

/// Collective. Evaluates a model, or all checkpoints of a run, on a split; rank 0 prints a table or
/// CSV to standard output. Throws CollectiveError if a model or the dataset cannot be used; with
/// several checkpoints, the good ones are printed first.
void evaluate_checkpoints(const mpi::Communicator& world, const EvaluationOptions& options);

}  // namespace amt
