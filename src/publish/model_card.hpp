// The README.md of a published model: YAML metadata followed by Markdown text
// (https://huggingface.co/docs/hub/model-cards).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace amt {

struct ModelCard {
  /// A loss measured on the validation split of the run's dataset.
  struct Validation {
    std::int64_t step = 0;
    double loss = 0;                     ///< nats per token
    std::optional<double> unigram_loss;  ///< loss of the token-frequency baseline
  };
  std::string name;
  std::string license, base_model;    ///< "": left out of the card
  std::vector<std::string> datasets;  ///< empty: left out of the card
  bool generates = true;              ///< whether `amt generate` supports the model
  std::vector<std::vector<std::string>>
      facts;  ///< facts about the model's training, each as {name, text}
  std::optional<Validation> validation;
};

std::string to_markdown(const ModelCard& card);

}  // namespace amt
