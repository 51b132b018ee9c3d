#include "amt/model/parameter_layout.hpp"

#include <fmt/core.h>

#include <numeric>

namespace amt {
namespace {

constexpr std::int64_t kAlignment = 64;  // floats, so that every tensor starts on a cache line
constexpr const char* kBlocks = "transformer.h.";
constexpr const char* kPackedHeads = "attn.c_attn.weight";

/// Returns the tensors of one block, named without "transformer.h.N.", in the order of
/// block_view.cpp.
std::vector<std::pair<const char*, std::vector<std::int64_t>>> block_tensors(std::int64_t h) {
  return {{"ln_1.weight", {h}},
          {"ln_1.bias", {h}},
          {"attn.c_attn.weight", {h, 3 * h}},
          {"attn.c_attn.bias", {3 * h}},
          {"attn.c_proj.weight", {h, h}},
          {"attn.c_proj.bias", {h}},
          {"ln_2.weight", {h}},
          {"ln_2.bias", {h}},
          {"mlp.c_fc.weight", {h, 4 * h}},
          {"mlp.c_fc.bias", {4 * h}},
          {"mlp.c_proj.weight", {4 * h, h}},
          {"mlp.c_proj.bias", {h}}};
}

}  // namespace

ParameterLayout::ParameterLayout(const ModelConfig& config) {
  const std::int64_t h = config.hidden_dim;
  const auto append = [this](const std::string& name, const std::vector<std::int64_t>& shape,
                             std::int64_t stored_rows) {
    ParameterInfo info{.name = "transformer." + name, .shape = shape, .offset = total_};
    info.size = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    info.stored = info.size / shape[0] * stored_rows;
    total_ += (info.stored + kAlignment - 1) / kAlignment * kAlignment;
    all_.push_back(info);
  };
  append("wte.weight", {config.vocab_size, h}, config.padded_vocab_size());
  append("wpe.weight", {config.seq_len, h}, config.seq_len);
  for (int layer = 0; layer < config.num_layers; ++layer) {
    for (const auto& [name, shape] : block_tensors(h)) {
      append(fmt::format("h.{}.{}", layer, name), shape, shape[0]);
    }
  }
  append("ln_f.weight", {h}, h);
  append("ln_f.bias", {h}, h);
}

std::vector<BlockMatrix> block_matrices(const ParameterLayout& layout) {
  std::vector<BlockMatrix> matrices;
  for (const ParameterInfo& tensor : layout.all()) {
    if (tensor.shape.size() != 2 || !tensor.name.starts_with(kBlocks)) continue;
    const std::int64_t rows = tensor.shape[0], stride = tensor.shape[1];
    const std::int64_t columns = tensor.name.ends_with(kPackedHeads) ? rows : stride;
    for (std::int64_t first = 0; first < stride; first += columns) {
      matrices.push_back({tensor.offset + first, rows, columns, stride});
    }
  }
  return matrices;
}

std::int64_t ParameterLayout::count() const {
  return std::accumulate(all_.begin(), all_.end(), std::int64_t{0},
                         [](std::int64_t sum, const ParameterInfo& p) { return sum + p.size; });
}

}  // namespace amt
