// GPT-2 by the rules of the Anticipatory Music Transformer, forward and backward, written once on
// Ops.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "amt/model/config.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// The key of a row's dropout masks, with layer, site and position.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::uint64_t first_row = 0;  ///< index of the call's first row within the global batch
};

/// What a model is made for. One for inference has no gradients and keeps the activations of one
/// block at a time, as nothing is computed backwards.
enum class Purpose : std::uint8_t { kTraining, kInference };

/// What each layer asks of attention, over whole rows, but for its scale.
AttentionShape attention_of(const ModelConfig& config, Dim rows);

class Model {
 public:
  /// Owns the parameters and, for up to `micro_batch` rows, what else its purpose needs, on the
  /// device of `ops`, which must outlive the model. Parameters start as zeros.
  Model(Ops& ops, const ModelConfig& config, int micro_batch, Purpose purpose = Purpose::kTraining);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// Bytes that the constructor allocates. Not in it:
  /// optimiser state, and the device's own scratch (on the CPU the logits of 512 positions, 113 MB,
  /// and with bf16 a copy of the weights).
  static std::size_t estimate_bytes(const ModelConfig& config, int micro_batch,
                                    std::size_t activation_bytes,
                                    Purpose purpose = Purpose::kTraining);

  const ModelConfig& config() const;
  const ParameterLayout& layout() const;
  Ops& ops();
  /// Device memory, layout().total() floats. Ask for it each time before parameters are changed:
  /// the next forward pass then refreshes the copies that a device may keep in another type. A
  /// pointer kept from before an earlier forward pass is for reading only.
  float* parameters();
  /// The same where AdamW and Muon alone change them, which refresh those copies themselves.
  float* parameters_for_update();
  float* gradients();  ///< device memory, the same layout; null in a model for inference

  /// Host <-> device, layout().total() floats each.
  void set_parameters(std::span<const float> host);
  void get_parameters(std::span<float> host);
  void get_gradients(std::span<float> host);

  void zero_gradients();

  /// Called with [begin, end) of the flat gradient buffer, as soon as the backward pass has
  /// finished with that range and will not touch it again. The ranges cover the buffer, each float
  /// once: the last layer norm, the blocks from last to first, wpe, wte. On a device that works
  /// asynchronously the range is final for work queued after the call.
  using GradientReady = std::function<void(std::int64_t begin, std::int64_t end)>;

  /// Adds to gradients() the gradient of what `terms` says (scale x the sum over the rows and their
  /// seq_len - 1 predicted positions of -log p), and the same sum to an internal loss accumulator.
  /// tokens: host memory, [rows, seq_len]; 1 <= rows <= micro_batch. Dropout is on where the
  /// configuration's rates are above 0. Does not wait for the device. Error if a token is outside
  /// the vocabulary. For models made for training only, as are all calls about gradients.
  void forward_backward(std::span<const Token> tokens, int rows, const LossConfig& terms,
                        const DropoutKey& key, const GradientReady& ready = {});

  /// The loss accumulated since the last call; resets it. Waits for the device.
  double take_loss();

  /// Evaluation, no dropout: losses[row * (seq_len - 1) + i] = -log p(tokens[row][i + 1]), nats.
  void losses(std::span<const Token> tokens, int rows, std::span<float> losses);

  /// For tests: logits [rows, seq_len, vocab_size] without padding, no dropout.
  void logits(std::span<const Token> tokens, int rows, std::span<float> logits);

 private:
  friend class Decoder;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace amt
