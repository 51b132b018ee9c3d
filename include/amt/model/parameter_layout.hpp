// The name, position and initial values of each parameter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "amt/model/config.hpp"

namespace amt {

/// One tensor of the model inside the flat parameter buffer.
struct ParameterInfo {
  std::string name;                 ///< Hugging Face's: "transformer.h.0.attn.c_attn.weight"
  std::vector<std::int64_t> shape;  ///< without padding: wte is [vocab_size, hidden_dim]
  std::int64_t offset = 0;          ///< in floats; a multiple of 64
  std::int64_t size = 0;            ///< floats without padding
  std::int64_t stored = 0;          ///< floats with padding (wte: padded_vocab_size rows)
};

/// Names, shapes and offsets of all parameters in one flat fp32 buffer, always in the same order.
class ParameterLayout {
 public:
  explicit ParameterLayout(const ModelConfig& config);
  const std::vector<ParameterInfo>& all() const { return all_; }
  std::int64_t total() const { return total_; }  ///< floats of the flat buffer, including padding
  std::int64_t count() const;                    ///< number of parameters, without padding
 private:
  std::vector<ParameterInfo> all_;
  std::int64_t total_ = 0;
};

/// A matrix of a block inside the flat buffer.
struct BlockMatrix {
  std::int64_t offset = 0;  ///< position of the first element
  std::int64_t rows = 0, columns = 0;
  std::int64_t stride = 0;  ///< floats from row to row
  std::int64_t end() const { return offset + (rows - 1) * stride + columns; }
};

/// Returns the matrices of the blocks, in the order of the buffer. Each block has six: the
/// projections to queries, keys and values (side by side in attn.c_attn.weight), attention's output
/// projection, and the two of the MLP.
std::vector<BlockMatrix> block_matrices(const ParameterLayout& layout);

/// Writes the initial values (docs/spec/training.md, "Initial values"), which depend on (config,
/// seed) alone. `out` holds layout.total() floats; padding is 0.
void initialise_parameters(const ModelConfig& config, const ParameterLayout& layout,
                           std::uint64_t seed, std::span<float> out);

/// Rounds the blocks' matrices to 8 bits (amt/ops/int8_weights.hpp). Throws an Error naming the
/// tensor if it contains values that are not finite.
void round_to_int8(const ParameterLayout& layout, std::span<float> parameters);

}  // namespace amt
