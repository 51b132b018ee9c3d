#include "amt/train/run_configuration.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/train/checkpoint.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSteps = "trainer.num_train_steps";
// data.dataset may move: its digest is compared with the checkpoint's. trainer.initialize_from is
// not looked at by a run that goes on from its own checkpoint.
constexpr std::array<std::string_view, 21> kFree = {"trainer.run_dir",
                                                    "trainer.initialize_from",
                                                    "trainer.per_device_parallelism",
                                                    "trainer.steps_per_eval",
                                                    "trainer.max_eval_batches",
                                                    "trainer.load_last_checkpoint",
                                                    "trainer.max_skipped",
                                                    "trainer.threads",
                                                    "trainer.mp",
                                                    "trainer.peak_flops",
                                                    "trainer.device",
                                                    "trainer.attention",
                                                    "trainer.profile_steps",
                                                    "trainer.shard_optimizer",
                                                    "trainer.steps_per_straggler_check",
                                                    "trainer.watchdog",
                                                    "checkpointer.save_interval",
                                                    "checkpointer.keep_every",
                                                    "data.dataset",
                                                    "data.verify",
                                                    "model.gradient_checkpointing"};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "section.key" -> value of an INI text as OptionTable::to_ini writes it.
std::map<std::string, std::string> parse_ini(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  std::string line, section;
  while (std::getline(lines, line)) {
    line = trimmed(line);
    const std::size_t equals = line.find('=');
    if (line.starts_with('[') && line.ends_with(']')) {
      section = line.substr(1, line.size() - 2) + ".";
    } else if (equals != std::string::npos && !line.starts_with('#')) {
      values[section + trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
    }
  }
  return values;
}

std::map<std::string, std::string> default_values() {
  TrainConfiguration configuration;
  OptionTable table;
  configuration.describe(table);
  return parse_ini(table.to_ini());
}

void check_same_run(const RunPaths& paths, const std::string& configuration) {
  for (const ConfigurationChange& change :
       changes_of_result(read_text(paths.config()), configuration)) {
    const std::string what = str_cat(change.key, " = ", change.before, ", now it is ", change.now);
    if (change.key != kSteps) {
      throw UsageError(str_cat(paths.run().string(), " holds a run with ", what,
                               "; use another --trainer.run_dir or the run's own configuration (",
                               paths.config().string(), ")"));
    }
    log_warning(str_cat("the run was started with ", what,
                        ": learning rates follow the new schedule from here on"));
  }
}

}  // namespace

std::vector<ConfigurationChange> changes_of_result(const std::string& before,
                                                   const std::string& now) {
  // A version before an option existed did what is now its default.
  auto old_values = default_values();
  for (const auto& [key, value] : parse_ini(before)) old_values[key] = value;
  std::vector<ConfigurationChange> changes;
  for (const auto& [key, value] : parse_ini(now)) {
    const std::string& was = old_values[key];
    if (was != value && std::ranges::find(kFree, key) == kFree.end()) {
      changes.push_back({key, was, value});
    }
  }
  return changes;
}

bool goes_on(const RunPaths& paths, bool load_last_checkpoint) {
  return load_last_checkpoint && !checkpoint_steps(paths).empty();
}

void take_values(const std::string& configuration, const OptionTable& given, ModelConfig& model) {
  const auto values = parse_ini(configuration);
  OptionTable table;
  model.describe(table);
  for (const Option& option : table.options()) {
    const auto value = values.find(option.name);
    if (value != values.end() && !given.given(option.name)) option.set(value->second);
  }
}

void open_run(const RunPaths& paths, const std::string& configuration, bool load_last_checkpoint) {
  std::error_code failed;
  fs::create_directories(paths.checkpoints(), failed);
  if (failed) {
    throw Error(
        str_cat("cannot make the folder ", paths.checkpoints().string(), ": ", failed.message()));
  }
  const std::vector<std::int64_t> steps = checkpoint_steps(paths);
  if (!steps.empty() && !load_last_checkpoint) {
    throw UsageError(str_cat(paths.run().string(), " holds checkpoints up to step ", steps.front(),
                             "; use another --trainer.run_dir, or "
                             "--trainer.load_last_checkpoint true to go on from there"));
  }
  // Without a checkpoint there is nothing to be continued: the configuration may change freely.
  if (!steps.empty() && !is_there(paths.config())) {
    throw UsageError(str_cat(paths.run().string(), " has checkpoints up to step ", steps.front(),
                             " but no ", paths.config().filename().string(),
                             ", so nobody can tell whether this goes on with the same run; put the "
                             "file back (`amt train ... --dry-run` with the run's options prints "
                             "it), or use another --trainer.run_dir"));
  }
  if (!steps.empty()) check_same_run(paths, configuration);
  write_file_atomically(paths.config(), configuration);
}

}  // namespace amt
