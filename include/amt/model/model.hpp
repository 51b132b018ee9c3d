// The GPT-2 variant of the Anticipatory Music Transformer, forward and backward, implemented once
// on top of Ops.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "amt/model/config.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// The part of the key of dropout masks that all layers, sites and positions share.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::uint64_t first_row = 0;  ///< index of the call's first row within the global batch
};

/// The use of a model. A model for inference has no gradients and keeps the activations of only one
/// block, because there is no backward pass.
enum class Purpose : std::uint8_t { kTraining, kInference };

/// Returns the shape of attention in every layer over complete rows, except for the scale.
AttentionShape attention_of(const ModelConfig& config, Dim rows);

class Model {
 public:
  /// Owns the parameters and whatever else its purpose requires for up to `micro_batch` rows, on
  /// the device of `ops`, which must outlive the model. Parameters are initialised to zero.
  Model(Ops& ops, const ModelConfig& config, int micro_batch, Purpose purpose = Purpose::kTraining);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// Returns the bytes that the constructor allocates. Excludes the optimiser's state and the
  /// device's own scratch memory (on a CPU the logits of 512 positions, 113 MB, and with bf16 a
  /// copy of the weights).
  static std::size_t estimate_bytes(const ModelConfig& config, int micro_batch,
                                    std::size_t activation_bytes,
                                    Purpose purpose = Purpose::kTraining);

  const ModelConfig& config() const;
  const ParameterLayout& layout() const;
  Ops& ops();
  /// Device memory, layout().total() floats. Must be called each time before parameters are
  /// changed, so that the next forward pass refreshes copies that a device may keep in another
  /// type. After a forward pass, older pointers may be used only for reading.
  float* parameters();
  /// As above, if only AdamW and Muon change the parameters: they refresh those copies themselves.
  float* parameters_for_update();
  /// Called before work is queued that reads the first `end` parameters.
  using Arrival = std::function<void(std::int64_t end)>;
  /// To be called when parameters have changed on their way to this device: before they are used,
  /// the model calls arrival(end) for each part that it needs next, from front to back, at most
  /// until all have arrived. A training pass needs wte and wpe first and then a block at a time.
  void receive_parameters(Arrival arrival);
  float* gradients();  ///< device memory, same layout; null for inference

  /// Copies between host and device, layout().total() floats each.
  void set_parameters(std::span<const float> host);
  void get_parameters(std::span<float> host);
  void get_gradients(std::span<float> host);

  void zero_gradients();

  /// Called with a range [begin, end) of the flat gradient buffer as soon as the backward pass has
  /// finished it. The ranges cover every float of the buffer exactly once: the last layer norm, the
  /// blocks from last to first, wpe, wte. On an asynchronous device the range is final for work
  /// that is queued after the call.
  using GradientReady = std::function<void(std::int64_t begin, std::int64_t end)>;

  /// Adds the gradient of the loss to gradients(), and the loss itself to an internal accumulator.
  /// `terms` describes the loss: scale x the sum over the rows and their seq_len - 1 predicted
  /// positions of -log p. tokens: host memory, [rows, seq_len]; 1 <= rows <= micro_batch. Applies
  /// dropout if the configured rates are above 0. Does not wait for the device. Throws Error if a
  /// token is outside the vocabulary. Requires a model made for training, like all functions that
  /// use gradients.
  void forward_backward(std::span<const Token> tokens, int rows, const LossConfig& terms,
                        const DropoutKey& key, const GradientReady& ready = {});

  /// Returns the loss accumulated since the last call and resets it. Waits for the device.
  double take_loss();

  /// Evaluates without dropout: losses[row * (seq_len - 1) + i] = -log p(tokens[row][i + 1]), in
  /// nats.
  void losses(std::span<const Token> tokens, int rows, std::span<float> losses);

  /// For tests: computes the logits [rows, seq_len, vocab_size], without padding and without
  /// dropout.
  void logits(std::span<const Token> tokens, int rows, std::span<float> logits);

 private:
  friend class Decoder;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace amt
