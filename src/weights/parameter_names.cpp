#include "parameter_names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "malformed.hpp"

namespace amt {
namespace {

constexpr std::string_view kPrefix = "transformer.";
constexpr std::string_view kOutputLayer = "lm_head.weight";
constexpr std::string_view kEmbedding = "wte.weight";

/// Returns whether this is a buffer with a causal mask, which older versions of transformers save.
bool is_mask(std::string_view name) {
  name = short_name(name);
  if (!name.starts_with("h.")) return false;
  name.remove_prefix(2);
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  name.remove_prefix(digits);
  return digits > 0 && (name == ".attn.bias" || name == ".attn.masked_bias");
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + "]";
}

class Finder {
 public:
  Finder(const ModelWeights& weights, const ParameterLayout& layout)
      : weights_(weights), layout_(layout) {}

  FoundParameters find() {
    FoundParameters found;
    const Named* output = named(kOutputLayer);
    for (const ParameterInfo& parameter : layout_.all()) {
      const auto* entry = find(parameter);
      if (entry == nullptr) refuse_missing(parameter);
      check(parameter, entry->second);
      found.places.push_back(entry->second);
      if (entry->first == kOutputLayer) output = nullptr;
    }
    if (output != nullptr) {
      check(token_embedding(layout_), output->second);
      found.output_layer = output->second;
    }
    if (const std::string unknown = first_unknown(); !unknown.empty()) {
      refuse(fmt::format(
          "it has a tensor '{}', which is not part of GPT-2 as config.json describes it", unknown));
    }
    return found;
  }

 private:
  using Named = std::pair<const std::string, ModelWeights::Place>;

  const Named* named(std::string_view name) const {
    const auto it = weights_.places().find(name);
    return it == weights_.places().end() ? nullptr : &*it;
  }

  /// Returns null if the parameter has no tensor.
  const Named* find(const ParameterInfo& parameter) const {
    const Named* with = named(parameter.name);
    const Named* without = named(short_name(parameter.name));
    if (with != nullptr && without != nullptr) {
      refuse(fmt::format("it has both {} and {}", with->first, without->first));
    }
    if (with != nullptr) return with;
    if (without != nullptr) return without;
    // The embedding and the output layer are tied: an export may have kept only the latter.
    return short_name(parameter.name) == kEmbedding ? named(kOutputLayer) : nullptr;
  }

  void check(const ParameterInfo& parameter, const ModelWeights::Place& place) const {
    const TensorEntry& entry = weights_.entry(place);
    if (entry.shape != parameter.shape) {
      refuse(fmt::format("tensor {} does not have the shape that config.json implies, {}, but {}",
                         entry.name, shape_text(parameter.shape), shape_text(entry.shape)));
    }
    if (!is_parameter_type(entry.type)) {
      refuse(fmt::format("tensor {} is of type {}; amt reads F32, F16 and BF16", entry.name,
                         type_name(entry.type)));
    }
  }

  [[noreturn]] void refuse_missing(const ParameterInfo& parameter) const {
    const auto others = std::ranges::count_if(
        layout_.all(), [&](const ParameterInfo& other) { return find(other) == nullptr; });
    std::string what = "it has no tensor " + parameter.name;
    if (others > 1) what += fmt::format(", nor {} others that config.json implies", others - 1);
    const std::string unknown = first_unknown();
    if (!unknown.empty()) {
      what += fmt::format("; it has '{}', which is not part of GPT-2", unknown);
    }
    refuse(what);
  }

  /// Returns the first tensor that is not a parameter, the output layer or a mask; "" if there is
  /// none.
  std::string first_unknown() const {
    std::set<std::string_view> known = {kOutputLayer};
    for (const ParameterInfo& parameter : layout_.all()) {
      known.insert(parameter.name);
      known.insert(short_name(parameter.name));
    }
    for (const auto& [name, place] : weights_.places()) {
      if (!known.contains(name) && !is_mask(name)) return printable(name, kShown);
    }
    return "";
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(fmt::format("cannot use {}: {}", weights_.path().string(), what));
  }

  const ModelWeights& weights_;
  const ParameterLayout& layout_;
};

}  // namespace

std::string_view short_name(std::string_view name) {
  return name.substr(name.starts_with(kPrefix) ? kPrefix.size() : 0);
}

const ParameterInfo& token_embedding(const ParameterLayout& layout) {
  return *std::ranges::find_if(layout.all(), [](const ParameterInfo& parameter) {
    return short_name(parameter.name) == kEmbedding;
  });
}

FoundParameters find_parameters(const ModelWeights& weights, const ParameterLayout& layout) {
  return Finder(weights, layout).find();
}

}  // namespace amt
