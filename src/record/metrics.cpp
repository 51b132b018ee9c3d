#include "amt/record/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/json.hpp"
#include "amt/base/json_number.hpp"
#include "recorded_once.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;
using Line = std::variant<StepMetrics, ValidationMetrics>;

constexpr const char *kValidLoss = "valid_loss", *kAverageLoss = "average_valid_loss";

constexpr json::Limits kLineLimits = {64u << 10, 1, 64};  // bytes, depth, values

double number_at(const json::Value& line, const char* name) {
  const auto value = line.find(name);
  if (!value || value->is_null()) return std::numeric_limits<double>::quiet_NaN();
  return value->number();
}

std::int64_t count_at(const json::Value& line, const char* name) {
  const auto value = line.find(name);
  return value ? value->integer(0, std::numeric_limits<std::int64_t>::max()) : 0;
}

StepMetrics step_of(const json::Value& line) {
  StepMetrics m;
  m.step = count_at(line, "step");
  m.loss = number_at(line, "loss");
  m.lr = number_at(line, "lr");
  m.grad_norm = number_at(line, "grad_norm");
  m.tokens_per_second = number_at(line, "tokens_per_second");
  m.step_time_s = number_at(line, "step_time_s");
  m.skipped = count_at(line, "skipped");
  m.model_flops_per_second = number_at(line, "model_flops_per_second");
  m.mfu = number_at(line, "mfu");
  m.memory_bytes = count_at(line, "memory_bytes");
  return m;
}

/// Parses a line; nullopt if it was cut off or has another format.
std::optional<Line> parse_line(const std::string& text) try {
  const json::Value line = json::from_text(text, "the line", kLineLimits);
  line.at("step");
  if (line.find(kValidLoss)) {
    return ValidationMetrics{count_at(line, "step"), number_at(line, kValidLoss),
                             number_at(line, kAverageLoss)};
  }
  return step_of(line);
} catch (const Error&) {
  return std::nullopt;
}

bool keeps(RecordedOnce& recorded, const Line& line) {
  if (const auto* validation = std::get_if<ValidationMetrics>(&line)) {
    return recorded.keeps(validation->step, true);
  }
  return recorded.keeps(std::get<StepMetrics>(line).step, false);
}

void for_each_line(const std::filesystem::path& path,
                   const std::function<void(const std::string&)>& use) {
  const std::string text = read_text(path);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    use(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

LostSteps truncate(const std::filesystem::path& path, std::int64_t next_step,
                   std::int64_t evaluated_step) {
  RecordedOnce recorded(next_step, evaluated_step);
  LostSteps lost;
  std::string kept;
  for_each_line(path, [&](const std::string& text) {
    const auto line = parse_line(text);
    if (!line) return;
    if (keeps(recorded, *line)) {
      kept += text + "\n";
    } else if (const auto* m = std::get_if<StepMetrics>(&*line); m && m->step >= next_step) {
      ++lost.steps;
      if (std::isfinite(m->step_time_s)) lost.seconds += m->step_time_s;
    }
  });
  write_file_atomically(path, kept);
  return lost;
}

}  // namespace

MetricsFile::MetricsFile(const std::filesystem::path& path, std::int64_t next_step,
                         std::int64_t evaluated_step)
    : path_(path) {
  if (std::filesystem::exists(path)) lost_ = truncate(path, next_step, evaluated_step);
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
  Json line{{"step", m.step}, {kValidLoss, number_or_null(m.loss)}};
  if (std::isfinite(m.average_loss)) line[kAverageLoss] = m.average_loss;
  write_line(line.dump());
}

void MetricsFile::write_line(const std::string& line) {
  out_ << line << '\n' << std::flush;
  if (!out_) throw system_error("cannot write " + path_.string());
}

std::int64_t read_metrics(const std::filesystem::path& path,
                          const std::function<void(const StepMetrics&)>& step,
                          const std::function<void(const ValidationMetrics&)>& validation) {
  std::int64_t unknown = 0;
  for_each_line(path, [&](const std::string& line) {
    const auto parsed = parse_line(line);
    if (!parsed) {
      ++unknown;
    } else if (const auto* metrics = std::get_if<StepMetrics>(&*parsed)) {
      step(*metrics);
    } else {
      validation(std::get<ValidationMetrics>(*parsed));
    }
  });
  return unknown;
}

}  // namespace amt
