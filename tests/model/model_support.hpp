// A small model with all features enabled, and helpers for tests of models.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "amt/model/model.hpp"

namespace amt::test {

inline ModelConfig small_config() {
  ModelConfig config;
  config.seq_len = 12;
  config.hidden_dim = 16;
  config.num_heads = 2;
  config.num_layers = 3;
  config.embed_pdrop = 0.2;
  config.resid_pdrop = 0.3;
  config.vocab_size = 37;
  return config;
}

inline std::vector<Token> random_rows(const ModelConfig& config, int rows, std::uint64_t seed = 1) {
  std::mt19937_64 engine(seed);
  std::vector<Token> tokens(static_cast<std::size_t>(rows * config.seq_len));
  for (Token& token : tokens) token = Token(engine() % std::uint64_t(config.vocab_size));
  return tokens;
}

/// Returns initial values that are 5 times as large as usual, and biased, so that every term of the
/// gradient matters.
inline std::vector<float> lively_parameters(const ModelConfig& config) {
  const ParameterLayout layout(config);
  std::vector<float> p(static_cast<std::size_t>(layout.total()));
  initialise_parameters(config, layout, 3, p);
  std::mt19937_64 engine(9);
  std::normal_distribution<float> noise(0, 0.1f);
  for (const ParameterInfo& info : layout.all()) {
    for (std::int64_t i = info.offset; i < info.offset + info.size; ++i) {
      p[i] = info.shape.size() == 2 ? 5 * p[i] : p[i] + noise(engine);
    }
  }
  return p;
}

inline std::vector<float> gradients_of(Model& model) {
  std::vector<float> g(static_cast<std::size_t>(model.layout().total()));
  model.get_gradients(g);
  return g;
}

/// Returns ||a - b|| / ||b||; infinity if anything is not finite.
template <class A, class B>
double relative_distance(const A& a, const B& b) {
  double difference = 0, norm = 1e-60;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    norm += double(b[i]) * double(b[i]);
  }
  const double distance = std::sqrt(difference / norm);
  return std::isfinite(distance) && a.size() == b.size() ? distance : INFINITY;
}

}  // namespace amt::test
