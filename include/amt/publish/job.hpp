// The job of `amt export`: a model -> the folder that a hub for models takes, with its card.
#pragma once

#include <string>
#include <vector>

#include "amt/base/options.hpp"

namespace amt {

struct ExportOptions {
  std::string model;   ///< folder of a run, of a checkpoint or in Hugging Face's layout
  std::string folder;  ///< to be made
  std::string name, license, datasets, base_model;

  void register_options(OptionTable& table);
  void validate() const;  ///< UsageError naming the option
  std::vector<std::string> dataset_ids() const;
};

/// Makes `folder` with what transformers loads and huggingface_hub uploads: model.safetensors,
/// config.json, generation_config.json, README.md (the card), and of a run TensorBoard's event
/// files. It appears complete or not at all. UsageError if it is there already and not empty.
/// Local, without MPI.
void export_model(const ExportOptions& options);

}  // namespace amt
