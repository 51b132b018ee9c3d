#include "amt/model/difference.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::array<std::string_view, 5> kShape = {"model.hidden_dim", "model.num_heads",
                                                    "model.num_layers", "model.seq_len",
                                                    "model.scale_attn_by_inverse_layer_idx"};
// What a config.json does not record.
constexpr std::string_view kOwn = "model.gradient_checkpointing";

bool is_shape(const std::string& option) {
  return std::ranges::find(kShape, option) != kShape.end();
}

/// Both models' options, in the same order; they refer to the arguments.
struct Pair {
  Pair(ModelConfig& a, ModelConfig& b) {
    a.describe(first);
    b.describe(second);
  }
  OptionTable first, second;
};

std::optional<OptionChange> difference(
    const ModelConfig& a, const ModelConfig& b,
    const std::function<bool(const std::string& option)>& matters) {
  ModelConfig mine = a, other = b;
  const Pair pair(mine, other);
  for (std::size_t i = 0; i < pair.first.options().size(); ++i) {
    const Option &x = pair.first.options()[i], &y = pair.second.options()[i];
    if (matters(x.name) && x.get() != y.get()) {
      return OptionChange{x.name, x.get(), y.get()};
    }
  }
  if (a.vocab_size == b.vocab_size) return std::nullopt;
  return OptionChange{"vocabulary", std::to_string(a.vocab_size), std::to_string(b.vocab_size)};
}

}  // namespace

std::optional<OptionChange> shape_difference(const ModelConfig& a, const ModelConfig& b) {
  return difference(a, b, is_shape);
}

std::optional<OptionChange> recorded_difference(const ModelConfig& a, const ModelConfig& b) {
  return difference(a, b, [](const std::string& option) { return option != kOwn; });
}

void follow_model(const ModelConfig& found, const std::string& source, const OptionTable& given,
                  ModelConfig& model) {
  ModelConfig theirs = found;
  const Pair pair(theirs, model);
  for (std::size_t i = 0; i < pair.first.options().size(); ++i) {
    const Option &their = pair.first.options()[i], &ours = pair.second.options()[i];
    if (their.name == kOwn) continue;
    if (!given.given(their.name)) {
      ours.set(their.get());
    } else if (is_shape(their.name) && their.get() != ours.get()) {
      throw UsageError(str_cat("--", ours.name, " ", ours.get(), ", but the model in ", source,
                               " has ", their.get(),
                               "; leave the option out to take it from there"));
    }
  }
}

}  // namespace amt
