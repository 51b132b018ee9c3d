// Lists the matrix products that a model computes for one micro-batch.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "amt/kernels/shapes.hpp"
#include "amt/model/config.hpp"
#include "src/cuda/matmul_plan.hpp"

namespace amt::cuda {

struct ModelProduct {
  std::string name;
  MatmulPlan plan;
  Dim calls;
};

/// Lists each distinct plan once; if the LM head's last block is smaller, it has a plan of its own.
/// At most `logits_bytes` of logits exist at a time.
inline std::vector<ModelProduct> products_of(const ModelConfig& config, Dim rows,
                                             Dim logits_bytes = Dim{1} << 30) {
  const Dim n = rows * config.seq_len, width = config.hidden_dim;
  const Dim vocab = config.padded_vocab_size(), layers = config.num_layers;
  const Dim block = lm_head_block(n, vocab * 2, logits_bytes);
  std::vector<ModelProduct> all;
  const auto linear = [&](const std::string& name, Dim in, Dim out, bool gelu, bool of_gelu) {
    all.push_back({name, plan_linear_forward(n, in, out, gelu), layers});
    all.push_back({name + ", dx", plan_linear_input(n, in, out, of_gelu), layers});
    all.push_back({name + ", dw", plan_linear_weight(n, in, out), layers});
  };
  linear("qkv", width, 3 * width, false, false);
  linear("proj", width, width, false, false);
  linear("fc", width, 4 * width, true, false);
  linear("out", 4 * width, width, false, true);
  const auto head = [&](const std::string& name, Dim count, Dim calls) {
    if (count == 0 || calls == 0) return;
    all.push_back({name, plan_logits(count, vocab, width, Element::kBf16), calls});
    all.push_back({name + ", dx", plan_logits_input(count, vocab, width), calls});
    all.push_back({name + ", dw", plan_logits_weight(count, vocab, width), calls});
  };
  head("logits", block, n / block);
  head("last logits", n % block, 1);
  return all;
}

}  // namespace amt::cuda
