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
  bool verify = true;   ///< the checksums of what is read, before the first step

  void register_options(OptionTable& table);
  void validate() const;
};

struct TrainConfiguration {
  TrainerOptions trainer;
  OptimizerOptions optimizer;
  CheckpointerOptions checkpointer;
  DataOptions data;
  ModelConfig model;

  /// The options of all parts; the table refers to this object.
  void register_options(OptionTable& table);
  std::string to_ini() const;  ///< all options, as the run's config.ini records them
  /// UsageError naming the option. Leaves the model out if that is still to be taken from the
  /// folder trainer.initialize_from.
  void validate() const;
  void validate_model() const;  ///< UsageError naming the option
  /// Reads the dataset's manifest and takes the vocabulary from it, and what is chosen by its rows
  /// where the user has left it open (amt/optimizer/proposal.hpp). UsageError if its rows do not
  /// fit the model or there are none to train on. Local.
  Manifest read_dataset();
};

}  // namespace amt
