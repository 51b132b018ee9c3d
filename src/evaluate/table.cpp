#include "table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

std::string line(std::string name, const std::string& value) {
  constexpr std::size_t kWidth = 33;
  name.resize(std::max(kWidth, name.size()), ' ');
  return fmt::format("{} {}\n", name, value);
}

/// Puts the indefinite article before a noun: "an onset".
std::string with_article(std::string_view noun) {
  return fmt::format("{} {}",
                     std::string_view("aeiou").find(noun.front()) != noun.npos ? "an" : "a", noun);
}

}  // namespace

std::string evaluation_table(const EvaluationRecord& record, const Manifest& manifest,
                             const ParameterLayout& layout) {
  const EvaluationMetrics& metrics = record.metrics;
  const std::uint64_t all_rows = manifest.split(record.split).rows;
  std::string text = line("checkpoint", record.folder.string());
  text += line("parameters", format_count(layout.count()));
  text += line("encoding", manifest.encoding->name);
  text += line("rows", fmt::format("{} of {} ({})", format_count(record.rows),
                                   format_count(all_rows), split_name(record.split)));
  text += line("loss, nats per token", fmt::format("{:.4f}", metrics.loss));
  text += line("loss of the token-frequency baseline", fmt::format("{:.4f}", record.unigram_loss));
  if (metrics.bps) text += line("bits per second of music", fmt::format("{:.2f}", *metrics.bps));
  if (metrics.perplexities) {
    text += line("perplexity of an event", fmt::format("{:.3f}", metrics.perplexities->event));
    for (const FieldPerplexity& each : metrics.perplexities->fields) {
      text += line(fmt::format("perplexity of {}", with_article(each.field)),
                   fmt::format("{:.3f}", each.value));
    }
  }
  return text;
}

}  // namespace amt
