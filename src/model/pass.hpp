// A forward and backward pass over a batch that is already on the device.
#pragma once

#include "amt/model/model.hpp"
#include "block_view.hpp"
#include "workspace.hpp"

namespace amt {

/// Exists during one call of the model; all arguments must outlive it. `dropout` is off for
/// evaluation.
class Pass {
 public:
  Pass(Ops& ops, const ModelConfig& config, const ModelView& weights, Workspace& workspace,
       Dim rows, const DropoutKey& key, bool dropout);
  virtual ~Pass() = default;

  /// Called before the parameters in front of section_starts()[section] are read.
  using Need = std::function<void(std::size_t section)>;
  /// Computes the workspace's lnf from its tokens.
  void forward(const Need& need = [](std::size_t) {});

  /// Computes the loss from lnf and adds all gradients to `gradients`. `tokens` are the workspace's
  /// tokens, in host memory; `starts` are the section_starts to report to `ready`, if it is set.
  void backward(std::span<const Token> tokens, const ModelView& gradients, const LossConfig& terms,
                const std::vector<std::int64_t>& starts, const Model::GradientReady& ready);

  LmHeadShape lm_head_shape() const;

 protected:
  /// Writes the embeddings of the workspace's tokens to the first residual stream.
  virtual void embed();
  /// Computes a block's att from its qkv.
  virtual void attend(int layer);
  float attention_scale(int layer) const;

  Ops& ops_;
  const ModelConfig& config_;
  const ModelView& weights_;
  Workspace& work_;
  Dim n_;  ///< positions
  Dim width_;

 private:
  void layernorm1(int layer);
  void attention_half(int layer);
  void mlp_up(int layer);
  void mlp_down(int layer);
  void recompute(int layer);
  void backward_head(const ModelView& gradients, const LossConfig& terms);
  void backward_mlp(int layer, const BlockView& gradients);
  void backward_attention(int layer, const BlockView& gradients);
  void backward_layernorm1(int layer, const BlockView& gradients);

  Dropout dropout_at(DropoutSite site, std::uint32_t layer) const;
  AttentionShape attention_shape(int layer) const;

  Dim rows_;
  DropoutKey key_;
  bool dropout_;
};

}  // namespace amt
