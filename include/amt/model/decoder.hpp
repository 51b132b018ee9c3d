// Continues rows of tokens, using a cache of keys and values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "amt/model/model.hpp"

namespace amt {

/// The context to continue: the full token sequence of row `row` (0 to rows - 1), 1 to seq_len
/// tokens.
struct DecoderRow {
  int row = 0;
  std::span<const Token> context;
};

/// Tokens [first, last) of the vocabulary.
struct TokenRange {
  int first = 0, last = 0;
  int size() const { return last - first; }
  bool operator==(const TokenRange&) const = default;
};

/// Computes the next token's logits for growing rows: each call computes only the tokens after the
/// longest prefix shared with that row's previous context. In fp32, a row's logits do not depend on
/// the other rows of the call. All calls are local.
class Decoder {
 public:
  /// The model must outlive this object; its parameters may change between calls. Owns the keys and
  /// values for `rows` rows of seq_len positions, on the model's device.
  Decoder(Model& model, int rows);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Returns the bytes that the constructor allocates on the device.
  static std::size_t estimate_bytes(const ModelConfig& config, int rows,
                                    std::size_t activation_bytes);

  /// Writes the logits of the token after each context to `logits`, [rows.size(), range.size()] in
  /// host memory. A row may occur only once per call. Throws Error if a token is outside the
  /// vocabulary, or if a context is empty or too long.
  void next(std::span<const DecoderRow> rows, TokenRange range, std::span<float> logits);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace amt
