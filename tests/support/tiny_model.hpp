// A model so small that computing it takes almost no time.
#pragma once

#include "amt/model/config.hpp"

namespace amt::test {

/// Returns a model of width 16 with 2 layers, rows of 12 tokens, a vocabulary of 50, and dropout.
inline ModelConfig tiny_model() {
  ModelConfig config;
  config.seq_len = 12;
  config.hidden_dim = 16;
  config.num_heads = 2;
  config.num_layers = 2;
  config.vocab_size = 50;
  return config;
}

}  // namespace amt::test
