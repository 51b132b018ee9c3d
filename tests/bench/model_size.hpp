// The reference's three model sizes, for benchmarks.
#pragma once

#include <map>
#include <string>

#include "amt/base/error.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// Accepts "small", "medium" or "large"; throws UsageError for anything else.
inline ModelConfig sized_config(const std::string& size) {
  struct Size {
    int hidden, heads, layers;
  };
  static const std::map<std::string, Size> sizes = {
      {"small", {768, 12, 12}}, {"medium", {1024, 16, 24}}, {"large", {1280, 20, 36}}};
  const auto found = sizes.find(size);
  if (found == sizes.end()) throw UsageError("--size must be small, medium or large, not " + size);
  ModelConfig config;
  config.hidden_dim = found->second.hidden;
  config.num_heads = found->second.heads;
  config.num_layers = found->second.layers;
  config.vocab_size = kArrivalVocabulary;
  return config;
}

}  // namespace amt
