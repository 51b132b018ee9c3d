#include "amt/record/facts.hpp"

#include <fmt/core.h>

#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "amt/base/json.hpp"
#include "amt/base/timestamp.hpp"
#include "amt/process/machine.hpp"

namespace amt {
namespace {

constexpr const char* kFormat = "amt-run";
constexpr int kVersion = 1;
constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = 1 << 16;  // limit for a fact; a command may be long

std::vector<std::string> fact_from(const json::Value& value) {
  std::vector<std::string> fact;
  for (const json::Value& text : value.array(2)) fact.push_back(text.text(kMostBytes));
  if (fact.size() != 2) value.refuse("a name and a text");
  return fact;
}

/// Files of older versions do not contain starts.
RunStarts starts_from(const json::Value& root) {
  RunStarts starts;
  if (!root.find("starts")) return starts;
  starts.starts = root.at("starts").integer(0, kAnyCount);
  starts.lost_steps = root.at("lost_steps").integer(0, kAnyCount);
  starts.lost_seconds = root.at("lost_seconds").number();
  starts.starting_seconds = root.at("starting_seconds").number();
  return starts;
}

}  // namespace

std::optional<double> RunStarts::goodput(double useful) const {
  if (useful <= 0) return std::nullopt;
  return useful / (useful + lost_seconds + starting_seconds);
}

std::string RunFacts::text(const std::string& name) const {
  for (const auto& fact : facts) {
    if (fact.size() == 2 && fact[0] == name) return fact[1];
  }
  return "";
}

void RunFacts::set(const std::string& name, const std::string& text) {
  for (auto& fact : facts) {
    if (fact.size() == 2 && fact[0] == name) {
      fact[1] = text;
      return;
    }
  }
  facts.push_back({name, text});
}

void add_start(RunFacts& run, const StartFacts& start, std::int64_t next_step,
               const RunFacts& before) {
  const std::string now =
      fmt::format("{} on {}", local_time_text(std::chrono::system_clock::now()), host_name());
  const bool begins = next_step == start.begins_at;
  const std::string from = begins ? start.started_from : before.text(kStartedFrom);
  const std::string first = begins ? now : before.text(kFirstStart);
  if (!from.empty()) run.set(kStartedFrom, from);
  if (!first.empty()) run.set(kFirstStart, first);
  if (!begins) run.set(kLastStart, fmt::format("{}, at step {}", now, next_step));
  if (!start.command.empty()) run.set("command", start.command);
  if (!start.version.empty()) run.set("version", start.version);
  run.starts = before.starts;
  ++run.starts.starts;
}

std::string to_json(const RunFacts& facts) {
  Json json = {{"format", kFormat},
               {"version", kVersion},
               {"num_train_steps", facts.num_train_steps},
               {"tokens_per_step", facts.tokens_per_step},
               {"tokens_per_epoch", facts.tokens_per_epoch}};
  if (facts.unigram_loss) json["unigram_loss"] = *facts.unigram_loss;
  json["starts"] = facts.starts.starts;
  json["lost_steps"] = facts.starts.lost_steps;
  json["lost_seconds"] = facts.starts.lost_seconds;
  json["starting_seconds"] = facts.starts.starting_seconds;
  if (facts.goodput) json["goodput"] = *facts.goodput;
  json["facts"] = facts.facts;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

RunFacts read_run_facts(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  const json::Value root = json::read_format(path, {}, kFormat, kVersion);
  RunFacts facts;
  facts.num_train_steps = root.at("num_train_steps").integer(0, kAnyCount);
  facts.tokens_per_step = root.at("tokens_per_step").integer(0, kAnyCount);
  if (const auto tokens = root.find("tokens_per_epoch")) {  // missing in older versions
    facts.tokens_per_epoch = tokens->integer(0, kAnyCount);
  }
  if (const auto loss = root.find("unigram_loss")) facts.unigram_loss = loss->number();
  facts.starts = starts_from(root);
  if (const auto share = root.find("goodput")) facts.goodput = share->number();
  for (const json::Value& fact : root.at("facts").array()) facts.facts.push_back(fact_from(fact));
  return facts;
}

}  // namespace amt
