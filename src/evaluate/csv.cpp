#include "csv.hpp"

#include <cstdio>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

std::string perplexities(const std::optional<Perplexities>& values) {
  if (!values) return ",,,";
  return str_cat(number(values->event), ',', number(values->onset), ',', number(values->duration),
                 ',', number(values->note));
}

}  // namespace

std::string evaluation_csv_header() {
  return "checkpoint,step,split,rows,loss,bps,event_ppl,onset_ppl,duration_ppl,note_ppl,"
         "unigram_loss\n";
}

std::string to_csv(const EvaluationRecord& record) {
  const EvaluationMetrics& metrics = record.metrics;
  return str_cat(quoted(record.folder.string()), ',',
                 record.step ? std::to_string(*record.step) : "", ',', split_name(record.split),
                 ',', record.rows, ',', number(metrics.loss), ',',
                 metrics.bps ? number(*metrics.bps) : "", ',', perplexities(metrics.perplexities),
                 ',', number(record.unigram_loss), '\n');
}

}  // namespace amt
