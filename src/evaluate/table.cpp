#include "table.hpp"

#include <algorithm>
#include <string_view>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

std::string line(std::string name, const std::string& value) {
  constexpr std::size_t kWidth = 33;
  name.resize(std::max(kWidth, name.size()), ' ');
  return str_cat(name, " ", value, "\n");
}

/// "an onset"
std::string with_article(std::string_view noun) {
  return str_cat(std::string_view("aeiou").find(noun.front()) != noun.npos ? "an " : "a ", noun);
}

}  // namespace

std::string evaluation_table(const EvaluationRecord& record, const Manifest& manifest,
                             const ParameterLayout& layout) {
  const EvaluationMetrics& metrics = record.metrics;
  const std::uint64_t all_rows = manifest.split(record.split).rows;
  std::string text = line("checkpoint", record.folder.string());
  text += line("parameters", format_count(static_cast<std::uint64_t>(layout.count())));
  text += line("encoding", manifest.encoding->name);
  text += line("rows", str_cat(format_count(record.rows), " of ", format_count(all_rows), " (",
                               split_name(record.split), ")"));
  text += line("loss, nats per token", fixed(metrics.loss, 4));
  text += line("loss of token frequencies alone", fixed(record.unigram_loss, 4));
  if (metrics.bps) text += line("bits per second of music", fixed(*metrics.bps, 2));
  if (metrics.perplexities) {
    text += line("perplexity of an event", fixed(metrics.perplexities->event, 3));
    for (const FieldPerplexity& each : metrics.perplexities->fields) {
      text += line(str_cat("perplexity of ", with_article(each.field)), fixed(each.value, 3));
    }
  }
  return text;
}

}  // namespace amt
