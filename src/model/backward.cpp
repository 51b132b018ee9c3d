#include "amt/base/activity.hpp"
#include "pass.hpp"

namespace amt {

// Invariant between the calls below: dx is the gradient of the residual stream at the current
// position in the network, and dy that of the output of the sublayer (attention or MLP) that was
// added there.
void Pass::backward(std::span<const Token> tokens, const ModelView& gradients,
                    const LossConfig& terms, const std::vector<std::int64_t>& starts,
                    const Model::GradientReady& ready) {
  const auto finished = [&](std::size_t section) {
    if (ready) ready(starts[section], starts[section + 1]);
  };
  const int last = config_.num_layers - 1;
  backward_head(gradients, terms);
  finished(last + 2);
  for (int layer = last; layer >= 0; --layer) {
    if (config_.gradient_checkpointing && layer != last) recompute(layer);
    backward_mlp(layer, gradients.blocks[layer]);
    backward_attention(layer, gradients.blocks[layer]);
    backward_layernorm1(layer, gradients.blocks[layer]);
    finished(layer + 1);
    note_progress();
  }
  ops_.run(EmbeddingBackward{.dwte = gradients.wte,
                             .dwpe = gradients.wpe,
                             .dx = work_.dx.activation(),
                             .tokens = work_.tokens.as<Token>(),
                             .host_tokens = tokens.data(),
                             .rows = rows_,
                             .length = config_.seq_len,
                             .width = width_,
                             .dropout = dropout_at(DropoutSite::kEmbedding, 0)});
  finished(0);
  if (ready) ready(0, starts[0]);
}

/// Computes the backward pass of the LM head and the last layer norm.
void Pass::backward_head(const ModelView& g, const LossConfig& terms) {
  const int last = config_.num_layers - 1;
  Activation* dy = work_.dy.activation();
  ops_.run(LmHeadTrain{.loss = work_.loss.as<double>(),
                       .dx = dy,
                       .dwte = g.wte,
                       .x = work_.lnf.activation(),
                       .wte = weights_.wte,
                       .tokens = work_.tokens.as<Token>(),
                       .shape = lm_head_shape(),
                       .terms = terms});
  ops_.run(LayerNormBackward{.dresidual = work_.dx.activation(),
                             .dy = dy,
                             .dweight = g.lnf_w,
                             .dbias = g.lnf_b,
                             .dout = dy,
                             .residual = work_.stream(last + 1).activation(),
                             .mean = work_.meanf.as<float>(),
                             .rstd = work_.rstdf.as<float>(),
                             .weight = weights_.lnf_w,
                             .n = n_,
                             .width = width_,
                             .add = false,
                             .dropout = dropout_at(DropoutSite::kMlp, last)});
}

void Pass::backward_mlp(int layer, const BlockView& g) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* dy = work_.dy.activation();
  Activation* dpre = work_.wide.activation();
  ops_.run(LinearBackward{.dx = dpre,
                          .dweight = g.out_w,
                          .dbias = g.out_b,
                          .dout = dy,
                          .x = a.gelu.activation(),
                          .pre = a.pre.activation(),
                          .weight = w.out_w,
                          .n = n_,
                          .in_width = 4 * width_,
                          .out_width = width_});
  ops_.run(LinearBackward{.dx = dy,
                          .dweight = g.fc_w,
                          .dbias = g.fc_b,
                          .dout = dpre,
                          .x = a.h2.activation(),
                          .weight = w.fc_w,
                          .n = n_,
                          .in_width = width_,
                          .out_width = 4 * width_});
  ops_.run(LayerNormBackward{.dresidual = work_.dx.activation(),
                             .dy = dy,
                             .dweight = g.ln2_w,
                             .dbias = g.ln2_b,
                             .dout = dy,
                             .residual = a.x_mid.activation(),
                             .mean = a.mean2.as<float>(),
                             .rstd = a.rstd2.as<float>(),
                             .weight = w.ln2_w,
                             .n = n_,
                             .width = width_,
                             .add = true,
                             .dropout = dropout_at(DropoutSite::kAttention, layer)});
}

void Pass::backward_attention(int layer, const BlockView& g) {
  const BlockView& w = weights_.blocks[layer];
  BlockActivations& a = work_.block(layer);
  Activation* dy = work_.dy.activation();
  Activation* datt = work_.y.activation();
  Activation* dqkv = work_.wide.activation();
  const Activation* qkv = a.qkv.activation();
  const AttentionShape shape = attention_shape(layer);
  ops_.run(LinearBackward{.dx = datt,
                          .dweight = g.proj_w,
                          .dbias = g.proj_b,
                          .dout = dy,
                          .x = a.att.activation(),
                          .weight = w.proj_w,
                          .n = n_,
                          .in_width = width_,
                          .out_width = width_});
  ops_.run(AttentionBackward{.dq = packed_heads(dqkv, shape, 0),
                             .dk = packed_heads(dqkv, shape, 1),
                             .dv = packed_heads(dqkv, shape, 2),
                             .dout = datt,
                             .out = a.att.activation(),
                             .lse = a.lse.as<float>(),
                             .q = packed_heads(qkv, shape, 0),
                             .k = packed_heads(qkv, shape, 1),
                             .v = packed_heads(qkv, shape, 2),
                             .shape = shape});
  ops_.run(LinearBackward{.dx = dy,
                          .dweight = g.qkv_w,
                          .dbias = g.qkv_b,
                          .dout = dqkv,
                          .x = a.h1.activation(),
                          .weight = w.qkv_w,
                          .n = n_,
                          .in_width = width_,
                          .out_width = 3 * width_});
}

/// Computes the backward pass of the first layer norm and of the previous block's dropout, with
/// which it was fused.
void Pass::backward_layernorm1(int layer, const BlockView& g) {
  BlockActivations& a = work_.block(layer);
  Activation* dy = work_.dy.activation();
  const bool first = layer == 0;
  ops_.run(
      LayerNormBackward{.dresidual = work_.dx.activation(),
                        .dy = first ? nullptr : dy,
                        .dweight = g.ln1_w,
                        .dbias = g.ln1_b,
                        .dout = dy,
                        .residual = work_.stream(layer).activation(),
                        .mean = a.mean1.as<float>(),
                        .rstd = a.rstd1.as<float>(),
                        .weight = weights_.blocks[layer].ln1_w,
                        .n = n_,
                        .width = width_,
                        .add = true,
                        .dropout = first ? Dropout{} : dropout_at(DropoutSite::kMlp, layer - 1)});
}

}  // namespace amt
