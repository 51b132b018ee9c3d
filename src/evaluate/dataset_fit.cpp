#include "amt/evaluate/dataset_fit.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {

const char* encoding_of_vocabulary(int vocab_size) {
  const Encoding* encoding = find_encoding_of_size(vocab_size);
  return encoding != nullptr ? encoding->name : "unknown";
}

void check_dataset_fits(const Manifest& manifest, const ModelConfig& model,
                        const std::string& model_name) {
  if (model.vocab_size != manifest.vocabulary) {
    throw UsageError(
        fmt::format("{} has {} tokens (encoding {}), the dataset has {} (encoding {}); use a "
                    "dataset of the model's encoding",
                    model_name, model.vocab_size, encoding_of_vocabulary(model.vocab_size),
                    manifest.vocabulary, manifest.encoding->name));
  }
  if (model.seq_len != manifest.context_length) {
    throw UsageError(
        fmt::format("{} has a context of {} tokens, the dataset's rows have {}; they must be equal "
                    "(model.seq_len): positions beyond the rows would not be trained, and those "
                    "beyond the context cannot be read",
                    model_name, model.seq_len, manifest.context_length));
  }
}

}  // namespace amt
