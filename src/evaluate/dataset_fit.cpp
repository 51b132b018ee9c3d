#include "amt/evaluate/dataset_fit.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {

const char* encoding_of_vocabulary(int vocab_size) {
  const Encoding* encoding = find_encoding_of_size(vocab_size);
  return encoding != nullptr ? encoding->name : "unknown";
}

void check_dataset_fits(const Manifest& manifest, const ModelConfig& model,
                        const std::string& model_name) {
  if (model.vocab_size != manifest.vocabulary) {
    throw UsageError(str_cat(model_name, " has ", model.vocab_size, " tokens (encoding ",
                             encoding_of_vocabulary(model.vocab_size), "), the dataset has ",
                             manifest.vocabulary, " (encoding ", manifest.encoding->name,
                             "); use a dataset of the model's encoding"));
  }
  if (model.seq_len != manifest.context_length) {
    throw UsageError(
        str_cat(model_name, " has a context of ", model.seq_len,
                " tokens, the dataset's rows have ", manifest.context_length,
                "; they must be equal (model.seq_len): a position that no row reaches is never "
                "trained, one that the model lacks cannot be read"));
  }
}

}  // namespace amt
