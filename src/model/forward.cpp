#include <cmath>

#include "amt/base/activity.hpp"
#include "pass.hpp"

namespace amt {

AttentionShape attention_of(const ModelConfig& config, Dim rows) {
  return self_attention(rows, config.seq_len, config.num_heads, config.head_dim(), 1);
}

Pass::Pass(Ops& ops, const ModelConfig& config, const ModelView& weights, Workspace& workspace,
           Dim rows, const DropoutKey& key, bool dropout)
    : ops_(ops),
      config_(config),
      weights_(weights),
      work_(workspace),
      n_(rows * config.seq_len),
      width_(config.hidden_dim),
      rows_(rows),
      key_(key),
      dropout_(dropout) {}

Dropout Pass::dropout_at(DropoutSite site, std::uint32_t layer) const {
  const double rate = site == DropoutSite::kEmbedding ? config_.embed_pdrop : config_.resid_pdrop;
  return {.rate = dropout_ ? rate : 0,
          .seed = key_.seed,
          .step = key_.step,
          .first_row = key_.first_row,
          .seq_len = config_.seq_len,
          .layer = layer,
          .site = site};
}

float Pass::attention_scale(int layer) const {
  const double divisor = config_.scale_attn_by_inverse_layer_idx ? layer + 1 : 1;
  return static_cast<float>(1 / (std::sqrt(config_.head_dim()) * divisor));
}

AttentionShape Pass::attention_shape(int layer) const {
  AttentionShape shape = attention_of(config_, rows_);
  shape.scale = attention_scale(layer);
  return shape;
}

LmHeadShape Pass::lm_head_shape() const {
  return {rows_, config_.seq_len, width_, config_.vocab_size, config_.padded_vocab_size()};
}

void Pass::embed() {
  ops_.run(EmbeddingForward{.out = work_.stream(0).activation(),
                            .tokens = work_.tokens.as<Token>(),
                            .wte = weights_.wte,
                            .wpe = weights_.wpe,
                            .rows = rows_,
                            .length = config_.seq_len,
                            .width = width_,
                            .dropout = dropout_at(DropoutSite::kEmbedding, 0)});
}

void Pass::attend(int layer) {
  BlockActivations& a = work_.block(layer);
  const Activation* qkv = a.qkv.activation();
  const AttentionShape shape = attention_shape(layer);
  ops_.run(AttentionForward{.out = a.att.activation(),
                            .lse = a.lse.as<float>(),
                            .q = packed_heads(qkv, shape, 0),
                            .k = packed_heads(qkv, shape, 1),
                            .v = packed_heads(qkv, shape, 2),
                            .shape = shape});
}

void Pass::forward(const Need& need) {
  need(1);  // the first block's beginning: wte and wpe are in front
  embed();
  need(2);
  layernorm1(0);
  for (int layer = 0; layer < config_.num_layers; ++layer) {
    attention_half(layer);
    mlp_up(layer);
    need(static_cast<std::size_t>(layer) + 3);  // the next block, or the last layer norm
    mlp_down(layer);
  }
}

/// Computes the first layer norm on its own, for a block whose input is already complete.
void Pass::layernorm1(int layer) {
  BlockActivations& a = work_.block(layer);
  ops_.run(LayerNormForward{.out = a.h1.activation(),
                            .mean = a.mean1.as<float>(),
                            .rstd = a.rstd1.as<float>(),
                            .x = work_.stream(layer).activation(),
                            .weight = weights_.blocks[layer].ln1_w,
                            .bias = weights_.blocks[layer].ln1_b,
                            .n = n_,
                            .width = width_});
}

/// Computes x_mid = x + dropout(attention) and its layer norm h2 from h1.
void Pass::attention_half(int layer) {
  note_progress();
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* y = work_.y.activation();
  ops_.run(LinearForward{.out = a.qkv.activation(),
                         .x = a.h1.activation(),
                         .weight = w.qkv_w,
                         .bias = w.qkv_b,
                         .n = n_,
                         .in_width = width_,
                         .out_width = 3 * width_});
  attend(layer);
  ops_.run(LinearForward{.out = y,
                         .x = a.att.activation(),
                         .weight = w.proj_w,
                         .bias = w.proj_b,
                         .n = n_,
                         .in_width = width_,
                         .out_width = width_});
  ops_.run(LayerNormForward{.out = a.h2.activation(),
                            .residual = a.x_mid.activation(),
                            .mean = a.mean2.as<float>(),
                            .rstd = a.rstd2.as<float>(),
                            .x = work_.stream(layer).activation(),
                            .y = y,
                            .weight = w.ln2_w,
                            .bias = w.ln2_b,
                            .n = n_,
                            .width = width_,
                            .dropout = dropout_at(DropoutSite::kAttention, layer)});
}

void Pass::mlp_up(int layer) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  ops_.run(LinearForward{.out = a.gelu.activation(),
                         .pre = a.pre.activation(),
                         .x = a.h2.activation(),
                         .weight = w.fc_w,
                         .bias = w.fc_b,
                         .n = n_,
                         .in_width = width_,
                         .out_width = 4 * width_});
}

/// Computes the next x = x_mid + dropout(mlp) and the layer norm that follows: the next block's
/// first, or the last one. With gradient checkpointing, the next block's h1 overwrites this
/// block's.
void Pass::mlp_down(int layer) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  const bool last = layer + 1 == config_.num_layers;
  BlockActivations& next = work_.block(last ? layer : layer + 1);
  ops_.run(LinearForward{.out = work_.y.activation(),
                         .x = a.gelu.activation(),
                         .weight = w.out_w,
                         .bias = w.out_b,
                         .n = n_,
                         .in_width = 4 * width_,
                         .out_width = width_});
  ops_.run(LayerNormForward{.out = (last ? work_.lnf : next.h1).activation(),
                            .residual = work_.stream(layer + 1).activation(),
                            .mean = (last ? work_.meanf : next.mean1).as<float>(),
                            .rstd = (last ? work_.rstdf : next.rstd1).as<float>(),
                            .x = a.x_mid.activation(),
                            .y = work_.y.activation(),
                            .weight = last ? weights_.lnf_w : weights_.blocks[layer + 1].ln1_w,
                            .bias = last ? weights_.lnf_b : weights_.blocks[layer + 1].ln1_b,
                            .n = n_,
                            .width = width_,
                            .dropout = dropout_at(DropoutSite::kMlp, layer)});
}

/// Recomputes a block's activations from its input, by the same calls as in forward(), so that they
/// are bitwise the same.
void Pass::recompute(int layer) {
  layernorm1(layer);
  attention_half(layer);
  mlp_up(layer);
}

}  // namespace amt
