#include "workspace.hpp"

#include "amt/model/model.hpp"

namespace amt {

BlockActivations::BlockActivations(Ops& ops, const ModelConfig& config, Dim n)
    : h1(Buffer::activations(ops, n * config.hidden_dim)),
      mean1(Buffer::floats(ops, n)),
      rstd1(Buffer::floats(ops, n)),
      qkv(Buffer::activations(ops, 3 * n * config.hidden_dim)),
      att(Buffer::activations(ops, n * config.hidden_dim)),
      lse(Buffer::floats(ops, n * config.num_heads)),
      x_mid(Buffer::activations(ops, n * config.hidden_dim)),
      h2(Buffer::activations(ops, n * config.hidden_dim)),
      mean2(Buffer::floats(ops, n)),
      rstd2(Buffer::floats(ops, n)),
      pre(Buffer::activations(ops, 4 * n * config.hidden_dim)),
      gelu(Buffer::activations(ops, 4 * n * config.hidden_dim)) {}

Workspace::Workspace(Ops& ops, const ModelConfig& config, Dim n, Purpose purpose)
    : tokens(ops, n * sizeof(Token)),
      losses(Buffer::floats(ops, n)),
      lnf(Buffer::activations(ops, n * config.hidden_dim)),
      meanf(Buffer::floats(ops, n)),
      rstdf(Buffer::floats(ops, n)),
      y(Buffer::activations(ops, n * config.hidden_dim)) {
  const bool training = purpose == Purpose::kTraining;
  for (int l = 0; l < (training ? config.num_layers + 1 : 1); ++l) {
    x.push_back(Buffer::activations(ops, n * config.hidden_dim));
  }
  const int kept = training && !config.gradient_checkpointing ? config.num_layers : 1;
  for (int l = 0; l < kept; ++l) blocks.emplace_back(ops, config, n);
  if (!training) return;
  loss = Buffer(ops, sizeof(double));
  loss.zero();
  dx = Buffer::activations(ops, n * config.hidden_dim);
  dy = Buffer::activations(ops, n * config.hidden_dim);
  wide = Buffer::activations(ops, 4 * n * config.hidden_dim);
}

std::size_t workspace_bytes(const ModelConfig& config, Dim n, std::size_t activation_bytes,
                            Purpose purpose) {
  const bool training = purpose == Purpose::kTraining;
  const std::size_t h = config.hidden_dim;
  const std::size_t layers = config.num_layers;
  const std::size_t streams = training ? layers + 1 : 1;
  const std::size_t kept = training && !config.gradient_checkpointing ? layers : 1;
  // x; BlockActivations; lnf, y and for training dx, dy, wide
  const std::size_t widths = streams + kept * 15 + (training ? 8 : 2);
  const std::size_t floats = kept * (4 + config.num_heads) + 3;
  const std::size_t each = widths * h * activation_bytes + floats * sizeof(float) + sizeof(Token);
  return n * each + (training ? sizeof(double) : 0);
}

std::size_t Model::estimate_bytes(const ModelConfig& config, int micro_batch,
                                  std::size_t activation_bytes, Purpose purpose) {
  const std::size_t flat = ParameterLayout(config).total() * sizeof(float);
  return workspace_bytes(config, Dim{micro_batch} * config.seq_len, activation_bytes, purpose) +
         (purpose == Purpose::kTraining ? 2 : 1) * flat;
}

}  // namespace amt
