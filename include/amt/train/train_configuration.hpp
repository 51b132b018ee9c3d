// The configuration of `amt train`, and the checks that need no other rank.
#pragma once

#include <string>

#include "amt/base/options.hpp"
#include "amt/checkpoint/options.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/model/config.hpp"
#include "amt/trainer/options.hpp"

namespace amt {

struct DataOptions {
  std::string dataset;  ///< folder that `amt prepare` wrote
  bool verify = true;   ///< verify the checksums of rows before they are used for the first time
  bool verify_first = false;  ///< verify both splits completely before the first step

  void register_options(OptionTable& table);
  void validate() const;
};

struct TrainConfiguration {
  TrainerOptions trainer;
  OptimizerOptions optimizer;
  CheckpointerOptions checkpointer;
  DataOptions data;
  ModelConfig model;

  /// Registers the options of all parts; the table refers to this object, which must outlive it.
  void register_options(OptionTable& table);
  std::string to_ini() const;  ///< all options, as the run's config.ini records them
  /// Throws a UsageError that names the option. Skips the model if its options are still to be read
  /// from the folder trainer.initialize_from.
  void validate() const;
  void validate_model() const;  ///< throws a UsageError that names the option
  /// Reads the dataset's manifest, takes the vocabulary from it, and sets the options that are auto
  /// according to its number of rows (amt/optimizer/proposal.hpp). Throws UsageError if the rows do
  /// not fit the model or the training split has none. Local.
  Manifest read_dataset();
};

}  // namespace amt
