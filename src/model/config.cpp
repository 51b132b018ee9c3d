#include "amt/model/config.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

void require(bool holds, const std::string& option, const std::string& problem) {
  if (!holds) throw UsageError(fmt::format("--model.{}: {}", option, problem));
}

/// Returns the multiple of `step` nearest to `value`, at least one `step`.
int nearest_multiple(int value, int step) { return std::max(1, (value + step / 2) / step) * step; }

void require_rate(double rate, const std::string& option) {
  require(rate >= 0 && rate < 1, option,
          fmt::format("{} is not a valid dropout rate: use 0 <= rate < 1", rate));
}

}  // namespace

void ModelConfig::register_options(OptionTable& table) {
  table.add("model.hidden_dim", &hidden_dim, "width of the model");
  table.add("model.num_heads", &num_heads, "number of attention heads; must divide hidden_dim");
  table.add("model.num_layers", &num_layers, "number of transformer blocks");
  table.add("model.seq_len", &seq_len, "tokens per row");
  table.add("model.scale_attn_by_inverse_layer_idx", &scale_attn_by_inverse_layer_idx,
            "divide the attention scores of each layer by its number, counted from 1");
  table.add("model.embed_pdrop", &embed_pdrop, "dropout rate after the embeddings",
            Effect::kTraining);
  table.add("model.resid_pdrop", &resid_pdrop, "dropout rate after attention and MLP",
            Effect::kTraining);
  table.add(
      "model.gradient_checkpointing", &gradient_checkpointing,
      "store only each block's input and recompute the rest, which saves memory but takes longer",
      Effect::kRounding);
  table.add_customary("model.hidden_dim", {"n_embd", "d_model", "hidden_size", "width", "dim"});
  table.add_customary("model.num_heads", {"heads", "n_head", "num_attention_heads"});
  table.add_customary("model.num_layers", {"layers", "n_layer", "depth", "num_hidden_layers"});
  table.add_customary("model.seq_len", {"context", "context_length", "block_size", "n_positions"});
  table.add_customary("model.resid_pdrop", {"dropout"});
}

void ModelConfig::validate() const {
  require(hidden_dim > 0 && hidden_dim % 8 == 0, "hidden_dim",
          fmt::format("{} is not a positive multiple of 8; the nearest is {}", hidden_dim,
                      nearest_multiple(hidden_dim, 8)));
  require(num_heads > 0 && hidden_dim % num_heads == 0, "num_heads",
          fmt::format("hidden_dim {} is not divisible by {} heads", hidden_dim, num_heads));
  require(num_layers > 0, "num_layers",
          fmt::format("{} layers are too few: use at least 1", num_layers));
  require(seq_len >= 2, "seq_len",
          fmt::format("{} tokens leave nothing to predict: use 2 or more", seq_len));
  require_rate(embed_pdrop, "embed_pdrop");
  require_rate(resid_pdrop, "resid_pdrop");
  if (vocab_size < 1 || vocab_size > 65536) {
    throw UsageError(fmt::format("a vocabulary of {} tokens does not fit in 16 bits", vocab_size));
  }
}

}  // namespace amt
