// Continues rows of tokens, with a cache of keys and values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "amt/model/model.hpp"

namespace amt {

/// What the model is to continue: everything that stands in row `row` (0 to rows - 1 of the
/// decoder), 1 to seq_len tokens.
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

/// Rows grow from call to call: only what follows the longest common beginning with a row's context
/// of the call before is computed. In fp32 a row's logits do not depend on what is beside it. All
/// calls are local.
class Decoder {
 public:
  /// Borrows the model, whose parameters may change between calls. Owns the keys and values of
  /// `rows` rows of seq_len positions, on the model's device.
  Decoder(Model& model, int rows);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Bytes that the constructor allocates there.
  static std::size_t estimate_bytes(const ModelConfig& config, int rows,
                                    std::size_t activation_bytes);

  /// logits [rows.size(), range.size()] in host memory: of the token after each context. Each row
  /// at most once in a call. Error if a token is outside the vocabulary or a context is empty or
  /// too long.
  void next(std::span<const DecoderRow> rows, TokenRange range, std::span<float> logits);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace amt
