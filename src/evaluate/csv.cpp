#include "csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace amt {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string number(double value) { return fmt::format("{:.9g}", value); }

/// Returns the fields of all encodings, each once, so that the columns are the same for every
/// dataset.
std::vector<std::string_view> all_fields() {
  std::vector<std::string_view> all;
  for (const Encoding* encoding : encodings()) {
    for (const std::string_view field : encoding->fields) {
      if (std::ranges::find(all, field) == all.end()) all.push_back(field);
    }
  }
  return all;
}

/// Formats the columns of the perplexities: "12.5,1.5,4,2.5".
std::string perplexities(const std::optional<Perplexities>& values) {
  std::string text = values ? number(values->event) : "";
  for (const std::string_view field : all_fields()) {
    text += ',';
    if (!values) continue;
    const auto found = std::ranges::find(values->fields, field, &FieldPerplexity::field);
    if (found != values->fields.end()) text += number(found->value);
  }
  return text;
}

}  // namespace

std::string evaluation_csv_header() {
  std::string header = "checkpoint,step,split,rows,loss,bps,event_ppl,";
  for (const std::string_view field : all_fields()) header += fmt::format("{}_ppl,", field);
  return header + "unigram_loss\n";
}

std::string to_csv(const EvaluationRecord& record) {
  const EvaluationMetrics& metrics = record.metrics;
  return fmt::format("{},{},{},{},{},{},{},{}\n", quoted(record.folder.string()),
                     record.step ? std::to_string(*record.step) : "", split_name(record.split),
                     record.rows, number(metrics.loss), metrics.bps ? number(*metrics.bps) : "",
                     perplexities(metrics.perplexities), number(record.unigram_loss));
}

}  // namespace amt
