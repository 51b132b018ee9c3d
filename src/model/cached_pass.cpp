#include "cached_pass.hpp"

namespace amt {

KeyValueCache::KeyValueCache(Ops& ops, const ModelConfig& config, int rows) {
  for (int layer = 0; layer < config.num_layers; ++layer) {
    layers.push_back(Buffer::activations(ops, Dim{rows} * config.seq_len * 2 * config.hidden_dim));
  }
}

CachedPass::CachedPass(Ops& ops, const ModelConfig& config, const ModelView& weights,
                       Workspace& workspace, KeyValueCache& cache,
                       std::span<const Segment> segments)
    : Pass(ops, config, weights, workspace, 1, {}, false), cache_(cache), segments_(segments) {
  n_ = 0;
  for (const Segment& segment : segments) n_ += segment.length;
}

void CachedPass::embed() {
  Dim at = 0;
  for (const Segment& segment : segments_) {
    ops_.run(EmbeddingForward{.out = work_.stream(0).activation(at * width_),
                              .tokens = work_.tokens.as<Token>() + at,
                              .wte = weights_.wte,
                              .wpe = weights_.wpe,
                              .rows = 1,
                              .length = segment.length,
                              .width = width_,
                              .first_position = segment.first});
    at += segment.length;
  }
}

void CachedPass::attend(int layer) {
  Dim at = 0;
  for (const Segment& segment : segments_) {
    attend(layer, segment, at);
    at += segment.length;
  }
}

/// `at`: the segment's first position in the workspace.
void CachedPass::attend(int layer, const Segment& segment, Dim at) {
  BlockActivations& a = work_.block(layer);
  const Buffer& cache = cache_.layers[layer];
  const Dim row = segment.row * config_.seq_len * 2 * width_;
  const std::size_t width_bytes = width_ * ops_.activation_bytes();
  ops_.copy_rows(cache.activation(row + segment.first * 2 * width_), 2 * width_bytes,
                 a.qkv.activation((at * 3 + 1) * width_), 3 * width_bytes, 2 * width_bytes,
                 segment.length);
  const Activation* qkv = a.qkv.activation();
  const Activation* cached = cache.activation();
  ops_.run(AttentionForward{.out = a.att.activation(at * width_),
                            .lse = a.lse.as<float>() + at * config_.num_heads,
                            .q = {qkv, at * 3 * width_, 0, 3 * width_},
                            .k = {cached, row, 0, 2 * width_},
                            .v = {cached, row + width_, 0, 2 * width_},
                            .shape = {.rows = 1,
                                      .query_len = segment.length,
                                      .key_len = segment.first + segment.length,
                                      .heads = config_.num_heads,
                                      .head_dim = config_.head_dim(),
                                      .scale = attention_scale(layer)}});
}

}  // namespace amt
