#include "amt/base/activity.hpp"
#include "pass.hpp"

namespace amt {

Pass::Pass(Ops& ops, const ModelConfig& config, const ModelView& weights, Workspace& workspace,
           Dim rows, const DropoutKey& key, bool dropout)
    : ops_(ops),
      config_(config),
      weights_(weights),
      work_(workspace),
      rows_(rows),
      n_(rows * config.seq_len),
      width_(config.hidden_dim),
      key_(key),
      dropout_(dropout) {}

Dropout Pass::dropout_at(DropoutSite site, int layer) const {
  const double rate = site == DropoutSite::kEmbedding ? config_.embed_pdrop : config_.resid_pdrop;
  return {.rate = dropout_ ? rate : 0,
          .seed = key_.seed,
          .step = key_.step,
          .first_row = key_.first_row,
          .seq_len = config_.seq_len,
          .layer = static_cast<std::uint32_t>(layer),
          .site = site};
}

AttentionShape Pass::attention_shape(int layer) const {
  const Dim head_dim = width_ / config_.num_heads;
  const double divisor = config_.scale_attn_by_inverse_layer_idx ? layer + 1 : 1;
  const double scale = 1 / (std::sqrt(static_cast<double>(head_dim)) * divisor);
  return {rows_, config_.seq_len, config_.num_heads, head_dim, static_cast<float>(scale)};
}

LmHeadShape Pass::lm_head_shape() const {
  return {rows_, config_.seq_len, width_, config_.vocab_size, config_.padded_vocab_size()};
}

void Pass::forward() {
  ops_.embedding_forward(work_.stream(0).activation(), work_.tokens.as<Token>(), weights_.wte,
                         weights_.wpe, rows_, config_.seq_len, width_,
                         dropout_at(DropoutSite::kEmbedding, 0));
  BlockActivations& first = work_.block(0);
  ops_.layernorm_forward(first.h1.activation(), nullptr, first.mean1.as<float>(),
                         first.rstd1.as<float>(), work_.stream(0).activation(), nullptr,
                         weights_.blocks[0].ln1_w, weights_.blocks[0].ln1_b, n_, width_, {});
  for (int layer = 0; layer < config_.num_layers; ++layer) {
    attention_half(layer);
    mlp_up(layer);
    mlp_down(layer);
  }
}

/// From h1 to x_mid = x + dropout(attention) and its layer norm h2.
void Pass::attention_half(int layer) {
  note_progress();
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* y = work_.y.activation();
  ops_.linear_forward(a.qkv.activation(), nullptr, a.h1.activation(), w.qkv_w, w.qkv_b, n_, width_,
                      3 * width_);
  ops_.attention_forward(a.att.activation(), a.lse.as<float>(), a.qkv.activation(),
                         attention_shape(layer));
  ops_.linear_forward(y, nullptr, a.att.activation(), w.proj_w, w.proj_b, n_, width_, width_);
  ops_.layernorm_forward(a.h2.activation(), a.x_mid.activation(), a.mean2.as<float>(),
                         a.rstd2.as<float>(), work_.stream(layer).activation(), y, w.ln2_w, w.ln2_b,
                         n_, width_, dropout_at(DropoutSite::kAttention, layer));
}

void Pass::mlp_up(int layer) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  ops_.linear_forward(a.gelu.activation(), a.pre.activation(), a.h2.activation(), w.fc_w, w.fc_b,
                      n_, width_, 4 * width_);
}

/// To the next x = x_mid + dropout(mlp) and the layer norm that reads it: the next block's first,
/// or the last one. With gradient checkpointing the next block's h1 takes the place of this
/// block's.
void Pass::mlp_down(int layer) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* y = work_.y.activation();
  Activation* next = work_.stream(layer + 1).activation();
  const Dropout dropout = dropout_at(DropoutSite::kMlp, layer);
  ops_.linear_forward(y, nullptr, a.gelu.activation(), w.out_w, w.out_b, n_, 4 * width_, width_);
  if (layer + 1 == config_.num_layers) {
    ops_.layernorm_forward(work_.hf.activation(), next, work_.meanf.as<float>(),
                           work_.rstdf.as<float>(), a.x_mid.activation(), y, weights_.lnf_w,
                           weights_.lnf_b, n_, width_, dropout);
    return;
  }
  const BlockView& after = weights_.blocks[layer + 1];
  BlockActivations& b = work_.block(layer + 1);
  ops_.layernorm_forward(b.h1.activation(), next, b.mean1.as<float>(), b.rstd1.as<float>(),
                         a.x_mid.activation(), y, after.ln1_w, after.ln1_b, n_, width_, dropout);
}

/// A block's activations from its input: the same calls on the same numbers as in forward(), so the
/// same bits.
void Pass::recompute(int layer) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  ops_.layernorm_forward(a.h1.activation(), nullptr, a.mean1.as<float>(), a.rstd1.as<float>(),
                         work_.stream(layer).activation(), nullptr, w.ln1_w, w.ln1_b, n_, width_,
                         {});
  attention_half(layer);
  mlp_up(layer);
}

}  // namespace amt
