// The job of `amt eval`: checkpoints and a dataset -> loss, bits per second, perplexities.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"
#include "amt/corpus/split.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/resources/device_options.hpp"

namespace amt {

struct EvaluationOptions {
  std::string checkpoint;  ///< folder of a checkpoint, of a run or in Hugging Face's layout
  std::string dataset;
  Split split = Split::kTest;
  std::uint64_t subsample = 1;
  bool all = false;
  bool csv = false;
  int batch = 1;
  DeviceOptions device;

  void register_options(OptionTable& table);
  void validate() const;  ///< UsageError naming the option
};

/// Collective. Evaluates a model, or all checkpoints of a run, on a split; rank 0 prints a table or
/// CSV to standard output. CollectiveError if a model or the dataset cannot be used; of several
/// checkpoints the good ones are printed before it is thrown.
void evaluate_checkpoints(const mpi::Communicator& world, const EvaluationOptions& options);

}  // namespace amt
