#include "table.hpp"

#include <algorithm>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

std::string line(std::string name, const std::string& value) {
  constexpr std::size_t kWidth = 33;
  name.resize(std::max(kWidth, name.size()), ' ');
  return str_cat(name, " ", value, "\n");
}

}  // namespace

std::string evaluation_table(const EvaluationRecord& record, const Manifest& manifest,
                             const ParameterLayout& layout) {
  const EvaluationMetrics& metrics = record.metrics;
  const std::uint64_t all_rows = manifest.split(record.split).rows;
  std::string text = line("checkpoint", record.folder.string());
  text += line("parameters", format_count(static_cast<std::uint64_t>(layout.count())));
  text += line("encoding", encoding_name(manifest.encoding));
  text += line("rows", str_cat(format_count(record.rows), " of ", format_count(all_rows), " (",
                               split_name(record.split), ")"));
  text += line("loss, nats per token", fixed(metrics.loss, 4));
  text += line("loss of token frequencies alone", fixed(record.unigram_loss, 4));
  if (metrics.bps) text += line("bits per second of music", fixed(*metrics.bps, 2));
  if (metrics.perplexities) {
    text += line("perplexity of an event", fixed(metrics.perplexities->event, 3));
    text += line("perplexity of an onset", fixed(metrics.perplexities->onset, 3));
    text += line("perplexity of a duration", fixed(metrics.perplexities->duration, 3));
    text += line("perplexity of a note", fixed(metrics.perplexities->note, 3));
  }
  return text;
}

}  // namespace amt
