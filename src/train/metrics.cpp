#include "amt/train/metrics.hpp"

#include <sstream>

#include "json_file.hpp"

namespace amt {
namespace {

constexpr const char* kValidLoss = "valid_loss";

/// A line of this file, or null: a line that was cut, or something else.
Json parse_line(const std::string& line) {
  Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  const bool ours = json.is_object() && json.contains("step") && json["step"].is_number_integer() &&
                    json["step"].get<std::int64_t>() >= 0;
  return ours ? std::move(json) : Json(nullptr);
}

double number_at(const Json& json, const char* key) {
  const auto value = json.find(key);
  if (value == json.end() || !value->is_number()) return std::numeric_limits<double>::quiet_NaN();
  return value->get<double>();
}

std::int64_t count_at(const Json& json, const char* key) {
  const auto value = json.find(key);
  return value != json.end() && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

StepMetrics step_of(const Json& json) {
  StepMetrics m;
  m.step = count_at(json, "step");
  m.loss = number_at(json, "loss");
  m.lr = number_at(json, "lr");
  m.grad_norm = number_at(json, "grad_norm");
  m.tokens_per_second = number_at(json, "tokens_per_second");
  m.step_time_s = number_at(json, "step_time_s");
  m.skipped = count_at(json, "skipped");
  m.model_flops_per_second = number_at(json, "model_flops_per_second");
  m.mfu = number_at(json, "mfu");
  m.memory_bytes = static_cast<std::uint64_t>(count_at(json, "memory_bytes"));
  return m;
}

bool belongs_before(const std::string& line, std::int64_t next_step, std::int64_t evaluated_step) {
  const Json json = parse_line(line);
  return !json.is_null() &&
         count_at(json, "step") < (json.contains(kValidLoss) ? evaluated_step : next_step);
}

void truncate(const std::filesystem::path& path, std::int64_t next_step,
              std::int64_t evaluated_step) {
  std::istringstream old(read_text(path));
  std::string kept, line;
  while (std::getline(old, line)) {
    if (belongs_before(line, next_step, evaluated_step)) kept += line + "\n";
  }
  write_file_atomically(path, kept);
}

}  // namespace

MetricsFile::MetricsFile(const std::filesystem::path& path, std::int64_t next_step,
                         std::int64_t evaluated_step)
    : path_(path) {
  if (std::filesystem::exists(path)) truncate(path, next_step, evaluated_step);
  out_.open(path, std::ios::app);
  if (!out_) throw system_error("cannot open " + path.string());
}

void MetricsFile::write(const StepMetrics& m) {
  write_line(Json{{"step", m.step},
                  {"loss", number_or_null(m.loss)},
                  {"lr", m.lr},
                  {"grad_norm", number_or_null(m.grad_norm)},
                  {"tokens_per_second", m.tokens_per_second},
                  {"step_time_s", m.step_time_s},
                  {"skipped", m.skipped},
                  {"model_flops_per_second", m.model_flops_per_second},
                  {"mfu", number_or_null(m.mfu)},
                  {"memory_bytes", m.memory_bytes}}
                 .dump());
}

void MetricsFile::write(const ValidationMetrics& m) {
  write_line(Json{{"step", m.step}, {kValidLoss, number_or_null(m.loss)}}.dump());
}

void MetricsFile::write_line(const std::string& line) {
  out_ << line << '\n' << std::flush;
  if (!out_) throw system_error("cannot write " + path_.string());
}

std::int64_t read_metrics(const std::filesystem::path& path,
                          const std::function<void(const StepMetrics&)>& step,
                          const std::function<void(const ValidationMetrics&)>& validation) {
  std::ifstream in(path);
  if (!in) throw system_error("cannot open " + path.string());
  std::int64_t strange = 0;
  for (std::string line; std::getline(in, line);) {
    const Json json = parse_line(line);
    if (json.is_null()) {
      ++strange;
    } else if (json.contains(kValidLoss)) {
      validation({count_at(json, "step"), number_at(json, kValidLoss)});
    } else {
      step(step_of(json));
    }
  }
  if (in.bad()) throw system_error("cannot read " + path.string());
  return strange;
}

}  // namespace amt
