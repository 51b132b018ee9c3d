// The device memory for one forward and backward pass over up to `n` positions.
#pragma once

#include <vector>

#include "amt/model/config.hpp"
#include "amt/model/model.hpp"
#include "amt/ops/buffer.hpp"

namespace amt {

/// The activations of one block for its backward pass, each for n positions. The numbers are widths
/// in units of hidden_dim.
struct BlockActivations {
  BlockActivations(Ops& ops, const ModelConfig& config, Dim n);
  Buffer h1;            ///< 1: first layer norm's output
  Buffer mean1, rstd1;  ///< fp32 [n]
  Buffer qkv;           ///< 3
  Buffer att;           ///< 1: attention's output
  Buffer lse;           ///< fp32 [heads x n]
  Buffer x_mid;         ///< 1: residual stream after attention
  Buffer h2;            ///< 1: second layer norm's output
  Buffer mean2, rstd2;  ///< fp32 [n]
  Buffer pre, gelu;     ///< 4 each: before and after GELU
};

struct Workspace {
  Workspace(Ops& ops, const ModelConfig& config, Dim n, Purpose purpose);

  /// With gradient checkpointing, and for inference, all blocks share one.
  BlockActivations& block(int layer) { return blocks[blocks.size() == 1 ? 0 : layer]; }
  /// Returns the residual stream before a block. For inference there is one buffer, because only
  /// the newest stream is read.
  Buffer& stream(int layer) { return x[x.size() == 1 ? 0 : layer]; }

  Buffer tokens;          ///< uint16 [n]
  Buffer losses;          ///< fp32 [n]
  std::vector<Buffer> x;  ///< 1 each; num_layers + 1 of them (inference: 1)
  std::vector<BlockActivations> blocks;
  Buffer lnf;           ///< 1: last layer norm's output
  Buffer meanf, rstdf;  ///< fp32 [n]
  Buffer y;             ///< 1: a block half's output before it joins the residual stream

  // The following are empty for inference.
  Buffer loss;  ///< one fp64
  Buffer dx;    ///< 1: gradient of the residual stream
  Buffer dy;    ///< 1: gradient of a block half's output, or of a layer norm's
  Buffer wide;  ///< 4: gradient of pre, or of qkv
};

/// Returns the bytes that a Workspace allocates.
std::size_t workspace_bytes(const ModelConfig& config, Dim n, std::size_t activation_bytes,
                            Purpose purpose);

}  // namespace amt
