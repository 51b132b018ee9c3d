// The model's dimensions, with the names that Levanter uses.
#pragma once

#include <cstdint>

#include "amt/base/options.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

struct ModelConfig {
  int seq_len = kContextLength;
  int hidden_dim = 768;
  int num_heads = 12;
  int num_layers = 12;
  bool scale_attn_by_inverse_layer_idx = true;
  double embed_pdrop = 0.1;
  double resid_pdrop = 0.1;
  bool gradient_checkpointing = false;
  int vocab_size = kArrivalVocabulary;  ///< follows from the dataset's encoding; not an option

  /// Rows of the embedding in memory: vocab_size rounded up to a multiple of 128.
  int padded_vocab_size() const { return (vocab_size + 127) / 128 * 128; }
  int head_dim() const { return hidden_dim / num_heads; }

  /// Registers "model.hidden_dim" and so on.
  void register_options(OptionTable& table);
  /// Throws a UsageError naming the option if a value is impossible, such as a number of heads that
  /// does not divide the width.
  void validate() const;
};

}  // namespace amt
