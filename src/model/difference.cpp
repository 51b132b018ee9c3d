#include "amt/model/difference.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

/// Returns whether an option determines the meaning of parameters.
bool is_shape(const Option& option) { return option.effect == Effect::kResult; }

/// Returns whether config.json records an option.
bool is_recorded(const Option& option) { return option.effect <= Effect::kTraining; }

/// The options of both models in the same order; refers to the arguments.
struct Pair {
  Pair(ModelConfig& a, ModelConfig& b) {
    a.register_options(first);
    b.register_options(second);
  }
  OptionTable first, second;
};

std::optional<OptionChange> difference(const ModelConfig& a, const ModelConfig& b,
                                       bool (*matters)(const Option&)) {
  ModelConfig mine = a, other = b;
  const Pair pair(mine, other);
  for (std::size_t i = 0; i < pair.first.options().size(); ++i) {
    const Option &x = pair.first.options()[i], &y = pair.second.options()[i];
    if (matters(x) && x.get() != y.get()) {
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
  return difference(a, b, is_recorded);
}

void adopt_config(const ModelConfig& found, const std::string& source, const OptionTable& given,
                  ModelConfig& model) {
  ModelConfig theirs = found;
  const Pair pair(theirs, model);
  for (std::size_t i = 0; i < pair.first.options().size(); ++i) {
    const Option &their = pair.first.options()[i], &ours = pair.second.options()[i];
    if (!is_recorded(their)) continue;
    if (!given.given(their.name)) {
      ours.set(their.get());
    } else if (is_shape(their) && their.get() != ours.get()) {
      throw UsageError(
          fmt::format("--{} {}, but the model in {} has {}; omit the option to use that value",
                      ours.name, ours.get(), source, their.get()));
    }
  }
}

}  // namespace amt
