#include "model_card.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::size_t kLongestText = 1000;

/// Quotes a string as JSON, which is also valid YAML.
std::string quoted(const std::string& text) {
  const nlohmann::json json = printable(text, kLongestText);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string list_of(const char* key, const std::vector<std::string>& values) {
  if (values.empty()) return "";
  std::string text = fmt::format("{}:\n", key);
  for (const std::string& value : values) text += fmt::format("- {}\n", quoted(value));
  return text;
}

std::string entry(const char* key, const std::string& value) {
  return value.empty() ? "" : fmt::format("{}: {}\n", key, quoted(value));
}

std::string metric(const char* type, double value, const char* name) {
  return fmt::format("    - type: {}\n      value: {:.6g}\n      name: {}\n", type, value,
                     quoted(name));
}

std::string results(const ModelCard& card) {
  if (!card.validation || !std::isfinite(card.validation->loss)) return "";
  const double loss = card.validation->loss;
  return fmt::format(
             "model-index:\n- name: {}\n  results:\n"
             "  - task:\n      type: text-generation\n      name: Music generation\n"
             "    dataset:\n      type: {}\n      name: {}\n      split: validation\n"
             "    metrics:\n",
             quoted(card.name), quoted(card.datasets.empty() ? "midi" : card.datasets.front()),
             quoted("The validation split")) +
         metric("loss", loss, "Nats per token") +
         metric("perplexity", std::exp(loss), "Perplexity per token");
}

std::string metadata(const ModelCard& card) {
  return "---\nlibrary_name: transformers\n" + entry("license", card.license) +
         list_of("datasets", card.datasets) + entry("base_model", card.base_model) +
         list_of("tags", {"music", "midi", "anticipatory-music-transformer", "gpt2", "amt"}) +
         results(card) + "---\n";
}

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text, kLongestText)) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string training(const ModelCard& card) {
  if (card.facts.empty()) return "";
  std::string text = "\n## Training\n\n| | |\n| --- | --- |\n";
  for (const auto& fact : card.facts) {
    text += fmt::format("| {} | {} |\n", cell(fact.front()), cell(fact.back()));
  }
  return text;
}

std::string evaluation(const ModelCard& card) {
  if (!card.validation) return "";
  std::string text = fmt::format(
      "\n## Evaluation\n\nLoss on the validation split after {} steps: {:.4f} nats per token",
      format_count(card.validation->step), card.validation->loss);
  if (card.validation->unigram_loss) {
    text +=
        fmt::format("; the token-frequency baseline has {:.4f}", *card.validation->unigram_loss);
  }
  return text + ".\n";
}

std::string usage(const ModelCard& card) {
  return fmt::format(
      "\n## Use\n\n```python\nfrom transformers import GPT2LMHeadModel\n\n"
      "model = GPT2LMHeadModel.from_pretrained(\".\")  # this folder\n```\n{}",
      card.generates ? "\n```sh\namt generate . new.mid --seconds 20\n```\n" : "");
}

}  // namespace

std::string to_markdown(const ModelCard& card) {
  return metadata(card) +
         fmt::format(
             "\n# {}\n\nA GPT-2 model of music, like the Anticipatory Music Transformer "
             "([arXiv:2306.08620](https://arxiv.org/abs/2306.08620)): its tokens represent the "
             "notes of MIDI files, not text. Trained with amt.\n",
             printable(card.name, kLongestText)) +
         usage(card) + training(card) + evaluation(card);
}

}  // namespace amt
