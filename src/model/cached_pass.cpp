#include "cached_pass.hpp"

namespace amt {

namespace {

/// Elements of one layer's cache.
Dim cache_size(const ModelConfig& config, int rows) {
  return Dim{rows} * config.seq_len * 2 * config.hidden_dim;
}

}  // namespace

KeyValueCache::KeyValueCache(Ops& ops, const ModelConfig& config, int rows) {
  for (int layer = 0; layer < config.num_layers; ++layer) {
    layers.push_back(Buffer::activations(ops, cache_size(config, rows)));
  }
}

std::size_t KeyValueCache::bytes(const ModelConfig& config, int rows,
                                 std::size_t activation_bytes) {
  return config.num_layers * cache_size(config, rows) * activation_bytes;
}

CachedPass::CachedPass(Ops& ops, const ModelConfig& config, const ModelView& weights,
                       Workspace& workspace, KeyValueCache& cache,
                       std::span<const Segment> segments)
    : Pass(ops, config, weights, workspace, 1, {}, false), cache_(cache), segments_(segments) {
  n_ = 0;
  for (const Segment& segment : segments) n_ += segment.size();
}

void CachedPass::embed() {
  Dim at = 0;
  for (const Segment& segment : segments_) {
    ops_.run(EmbeddingForward{.out = work_.stream(0).activation(at * width_),
                              .tokens = work_.tokens.as<Token>() + at,
                              .wte = weights_.wte,
                              .wpe = weights_.wpe,
                              .rows = segment.rows,
                              .length = segment.length,
                              .width = width_,
                              .first_position = segment.first});
    at += segment.size();
  }
}

void CachedPass::attend(int layer) {
  Dim at = 0;
  for (const Segment& segment : segments_) {
    attend(layer, segment, at);
    at += segment.size();
  }
}

/// `at` is the segment's first position in the workspace.
void CachedPass::attend(int layer, const Segment& segment, Dim at) {
  BlockActivations& a = work_.block(layer);
  const Buffer& cache = cache_.layers[layer];
  const Dim row_size = config_.seq_len * 2 * width_, row = segment.row * row_size;
  const std::size_t width_bytes = width_ * ops_.activation_bytes();
  const std::size_t row_bytes = row_size * ops_.activation_bytes();
  ops_.copy_rows(cache.activation(row + segment.first * 2 * width_),
                 segment.rows == 1 ? 2 * width_bytes : row_bytes,
                 a.qkv.activation((at * 3 + 1) * width_), 3 * width_bytes, 2 * width_bytes,
                 segment.size());
  const Activation* qkv = a.qkv.activation();
  const Activation* cached = cache.activation();
  ops_.run(AttentionForward{.out = a.att.activation(at * width_),
                            .lse = a.lse.as<float>() + at * config_.num_heads,
                            .q = {qkv, at * 3 * width_, segment.length * 3 * width_, 3 * width_},
                            .k = {cached, row, row_size, 2 * width_},
                            .v = {cached, row + width_, row_size, 2 * width_},
                            .shape = {.rows = segment.rows,
                                      .query_len = segment.length,
                                      .key_len = segment.first + segment.length,
                                      .heads = config_.num_heads,
                                      .head_dim = config_.head_dim(),
                                      .scale = attention_scale(layer)}});
}

}  // namespace amt
