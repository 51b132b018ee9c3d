// README.md of a published model: metadata in YAML, then text in Markdown
// (https://huggingface.co/docs/hub/model-cards).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace amt {

struct ModelCard {
  /// A loss that was measured on the validation split of the run's dataset.
  struct Validation {
    std::int64_t step = 0;
    double loss = 0;                     ///< nats per token
    std::optional<double> unigram_loss;  ///< of the token frequencies alone
  };
  std::string name;
  std::string license, base_model;              ///< "": the card says nothing of it
  std::vector<std::string> datasets;            ///< the same
  bool generates = true;                        ///< `amt generate` can make music with it
  std::vector<std::vector<std::string>> facts;  ///< name and text, of its training
  std::optional<Validation> validation;
};

std::string to_markdown(const ModelCard& card);

}  // namespace amt
