#include "amt/base/activity.hpp"
#include "pass.hpp"

namespace amt {

// Invariant between the steps: dx is the gradient of the residual stream at the place reached, dy
// the gradient of the output of the half block that was added there.
void Pass::backward(const ModelView& gradients, const LossTerms& terms,
                    const std::vector<std::int64_t>& starts, const Gpt2::GradientReady& ready) {
  const auto finished = [&](std::size_t section) {
    if (ready) ready(starts[section], starts[section + 1]);
  };
  const int last = config_.num_layers - 1;
  Activation* dy = work_.dy.activation();
  ops_.lm_head_train(work_.loss.as<double>(), dy, gradients.wte, work_.hf.activation(),
                     weights_.wte, work_.tokens.as<Token>(), lm_head_shape(), terms);
  ops_.layernorm_backward(work_.dx.activation(), dy, gradients.lnf_w, gradients.lnf_b, dy,
                          work_.stream(last + 1).activation(), work_.meanf.as<float>(),
                          work_.rstdf.as<float>(), weights_.lnf_w, n_, width_, false,
                          dropout_at(DropoutSite::kMlp, last));
  finished(static_cast<std::size_t>(last) + 2);
  for (int layer = last; layer >= 0; --layer) {
    if (config_.gradient_checkpointing && layer != last) recompute(layer);
    backward_mlp(layer, gradients.blocks[layer]);
    backward_attention(layer, gradients.blocks[layer]);
    backward_layernorm1(layer, gradients.blocks[layer]);
    finished(static_cast<std::size_t>(layer) + 1);
    note_progress();
  }
  ops_.embedding_backward(gradients.wte, gradients.wpe, work_.dx.activation(),
                          work_.tokens.as<Token>(), work_.by_token.as<std::int32_t>(), rows_,
                          config_.seq_len, width_, dropout_at(DropoutSite::kEmbedding, 0));
  finished(0);
  if (ready) ready(0, starts[0]);
}

void Pass::backward_mlp(int layer, const BlockView& g) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* dy = work_.dy.activation();
  Activation* dpre = work_.wide.activation();
  ops_.linear_backward(dpre, g.out_w, g.out_b, dy, a.gelu.activation(), a.pre.activation(), w.out_w,
                       n_, 4 * width_, width_);
  ops_.linear_backward(dy, g.fc_w, g.fc_b, dpre, a.h2.activation(), nullptr, w.fc_w, n_, width_,
                       4 * width_);
  ops_.layernorm_backward(work_.dx.activation(), dy, g.ln2_w, g.ln2_b, dy, a.x_mid.activation(),
                          a.mean2.as<float>(), a.rstd2.as<float>(), w.ln2_w, n_, width_, true,
                          dropout_at(DropoutSite::kAttention, layer));
}

void Pass::backward_attention(int layer, const BlockView& g) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* dy = work_.dy.activation();
  Activation* datt = work_.y.activation();
  Activation* dqkv = work_.wide.activation();
  ops_.linear_backward(datt, g.proj_w, g.proj_b, dy, a.att.activation(), nullptr, w.proj_w, n_,
                       width_, width_);
  ops_.attention_backward(dqkv, datt, a.att.activation(), a.lse.as<float>(), a.qkv.activation(),
                          attention_shape(layer));
  ops_.linear_backward(dy, g.qkv_w, g.qkv_b, dqkv, a.h1.activation(), nullptr, w.qkv_w, n_, width_,
                       3 * width_);
}

/// The first layer norm, and the dropout of the block before whose output it was fused with.
void Pass::backward_layernorm1(int layer, const BlockView& g) {
  BlockActivations& a = work_.block(layer);
  Activation* dy = work_.dy.activation();
  const bool first = layer == 0;
  ops_.layernorm_backward(work_.dx.activation(), first ? nullptr : dy, g.ln1_w, g.ln1_b, dy,
                          work_.stream(layer).activation(), a.mean1.as<float>(),
                          a.rstd1.as<float>(), weights_.blocks[layer].ln1_w, n_, width_, true,
                          first ? Dropout{} : dropout_at(DropoutSite::kMlp, layer - 1));
}

}  // namespace amt
