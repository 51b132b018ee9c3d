#include "amt/train/training_state.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "amt-training-state";
constexpr int kVersion = 1;
constexpr std::uint64_t kMaxBytes = 1u << 20;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

double loss_of(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::int64_t count_of(const Json& json, const char* key) {
  const auto value = json.at(key).get<std::int64_t>();
  if (value < 0) throw Error(str_cat(key, " is negative"));
  return value;
}

TrainingState parse(const Json& json) {
  if (json.at("format") != kFormat || json.at("version") != kVersion) {
    throw Error(str_cat("it is not ", kFormat, " version ", kVersion));
  }
  TrainingState state;
  state.step = count_of(json, "step");
  state.updates = count_of(json, "updates");
  state.next_row = static_cast<std::uint64_t>(count_of(json, "next_row"));
  state.skipped = count_of(json, "skipped");
  state.skipped_in_a_row = count_of(json, "skipped_in_a_row");
  state.evaluated_step = count_of(json, "evaluated_step");
  state.ranks = json.at("ranks").get<int>();
  state.seed = json.at("seed").get<std::uint64_t>();
  state.dataset_digest = json.at("dataset_digest").get<std::string>();
  state.encoding = json.at("encoding").get<std::string>();
  state.train_loss = loss_of(json.at("train_loss"));
  state.valid_loss = loss_of(json.at("valid_loss"));
  return state;
}

}  // namespace

std::string to_json(const TrainingState& state) {
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"step", state.step},
                     {"updates", state.updates},
                     {"next_row", state.next_row},
                     {"skipped", state.skipped},
                     {"skipped_in_a_row", state.skipped_in_a_row},
                     {"evaluated_step", state.evaluated_step},
                     {"ranks", state.ranks},
                     {"seed", state.seed},
                     {"dataset_digest", state.dataset_digest},
                     {"encoding", state.encoding},
                     {"train_loss", number_or_null(state.train_loss)},
                     {"valid_loss", number_or_null(state.valid_loss)}};
  return json.dump(2) + "\n";
}

TrainingState read_training_state(const std::filesystem::path& path) {
  const std::string text = read_text(path, kMaxBytes);
  try {
    return parse(Json::parse(text));
  } catch (const nlohmann::json::exception&) {
    throw Error(str_cat("cannot read ", path.string(), ": a member is missing or of another type"));
  } catch (const Error& error) {
    throw Error(str_cat("cannot read ", path.string(), ": ", error.what()));
  }
}

}  // namespace amt
