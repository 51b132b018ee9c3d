#include "amt/train/metrics.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

bool belongs_before(const std::string& line, std::int64_t next_step, std::int64_t evaluated_step) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return false;
  const auto step = json.find("step");
  const std::int64_t limit = json.contains("valid_loss") ? evaluated_step : next_step;
  return step != json.end() && step->is_number_integer() && step->get<std::int64_t>() < limit;
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
                  {"skipped", m.skipped}}
                 .dump());
}

void MetricsFile::write_validation(std::int64_t step, double loss) {
  write_line(Json{{"step", step}, {"valid_loss", number_or_null(loss)}}.dump());
}

void MetricsFile::write_line(const std::string& line) {
  out_ << line << '\n' << std::flush;
  if (!out_) throw system_error("cannot write " + path_.string());
}

}  // namespace amt
