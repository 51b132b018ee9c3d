// The `amt export` job: creates the folder that a model hub accepts, with a model card.
#pragma once

#include <string>
#include <vector>

#include "amt/base/options.hpp"

namespace amt {

struct ExportOptions {
  std::string model;   ///< folder of a run or checkpoint, or in Hugging Face's layout
  std::string folder;  ///< folder to create
  std::string name, license, datasets, base_model;

  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError naming the option
  std::vector<std::string> dataset_ids() const;
};

/// Creates `folder` with the files that transformers loads and huggingface_hub uploads:
/// model.safetensors, config.json, generation_config.json, README.md (the card) and, for a run,
/// TensorBoard's event files. The folder appears either complete or not at all. Throws UsageError
/// if it exists and is not empty. Local, without MPI.
void export_model(const ExportOptions& options);

}  // namespace amt
