#include "cached_pass.hpp"

namespace amt {

namespace {

/// Returns the number of elements in one layer's cache.
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
                       Workspace& workspace, KeyValueCache& cache, const Segment& segment)
    : Pass(ops, config, weights, workspace, 1, {}, false), cache_(cache), segment_(segment) {
  n_ = segment.length;
}

void CachedPass::embed() {
  ops_.run(EmbeddingForward{.out = work_.stream(0).activation(),
                            .tokens = work_.tokens.as<Token>(),
                            .wte = weights_.wte,
                            .wpe = weights_.wpe,
                            .rows = 1,
                            .length = n_,
                            .width = width_,
                            .first_position = segment_.first});
}

void CachedPass::attend(int layer) {
  BlockActivations& a = work_.block(layer);
  const Buffer& cache = cache_.layers[layer];
  const Dim row_size = config_.seq_len * 2 * width_, row = segment_.row * row_size;
  const std::size_t width_bytes = width_ * ops_.activation_bytes();
  ops_.copy_rows(cache.activation(row + segment_.first * 2 * width_), 2 * width_bytes,
                 a.qkv.activation(width_), 3 * width_bytes, 2 * width_bytes, n_);
  const Activation* qkv = a.qkv.activation();
  const Activation* cached = cache.activation();
  ops_.run(AttentionForward{.out = a.att.activation(),
                            .lse = a.lse.as<float>(),
                            .q = {qkv, 0, n_ * 3 * width_, 3 * width_},
                            .k = {cached, row, row_size, 2 * width_},
                            .v = {cached, row + width_, row_size, 2 * width_},
                            .shape = {.rows = 1,
                                      .query_len = n_,
                                      .key_len = segment_.first + n_,
                                      .heads = config_.num_heads,
                                      .head_dim = config_.head_dim(),
                                      .scale = attention_scale(layer)}});
}

StepPass::StepPass(Ops& ops, const ModelConfig& config, const ModelView& weights,
                   Workspace& workspace, KeyValueCache& cache, const StepPlaces& places)
    : Pass(ops, config, weights, workspace, 1, {}, false), cache_(cache), places_(places) {
  n_ = places.count;
}

void StepPass::embed() {
  ops_.run(EmbeddingForward{.out = work_.stream(0).activation(),
                            .tokens = work_.tokens.as<Token>(),
                            .wte = weights_.wte,
                            .wpe = weights_.wpe,
                            .rows = n_,
                            .length = 1,
                            .width = width_,
                            .first_positions = places_.positions});
}

void StepPass::attend(int layer) {
  BlockActivations& a = work_.block(layer);
  ops_.run(AttentionStep{.out = a.att.activation(),
                         .lse = a.lse.as<float>(),
                         .cache = cache_.layers[layer].activation(),
                         .qkv = a.qkv.activation(),
                         .rows = places_.rows,
                         .positions = places_.positions,
                         .n = n_,
                         .cache_length = config_.seq_len,
                         .heads = config_.num_heads,
                         .head_dim = config_.head_dim(),
                         .scale = attention_scale(layer)});
}

}  // namespace amt
