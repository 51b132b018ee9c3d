#include "run_configuration.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/ini.hpp"
#include "amt/base/strings.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/process/log.hpp"
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

/// "section.key" -> value. UsageError naming `file` and the line.
std::map<std::string, std::string> values_of(const std::string& text, const std::string& file) {
  std::map<std::string, std::string> values;
  for (IniEntry& entry : parse_ini(text, file)) values[entry.key] = std::move(entry.value);
  return values;
}

std::map<std::string, std::string> default_values() {
  TrainConfiguration configuration;
  OptionTable table;
  configuration.describe(table);
  return values_of(table.to_ini(), "defaults");
}

Error no_folder(const fs::path& folder, std::error_code why) {
  return Error(str_cat("cannot make the folder ", folder.string(), ": ", why.message()));
}

/// What can be told of that without making it.
void require_folder_can_be_made(const fs::path& folder) {
  const fs::path above = nearest_folder(folder);
  std::error_code failed;
  if (!fs::is_directory(above, failed) && !failed) {
    failed = std::make_error_code(std::errc::not_a_directory);
  }
  if (!failed && ::access(above.c_str(), W_OK | X_OK) != 0) {
    failed = std::error_code(errno, std::generic_category());
  }
  if (!failed) return;
  if (above != fs::absolute(folder)) throw no_folder(folder, failed);
  throw Error(str_cat("cannot write to ", folder.string(), ": ", failed.message()));
}

void check_same_run(const RunPaths& paths, const std::string& configuration) {
  for (const OptionChange& change :
       changes_of_result(read_text(paths.config()), configuration, paths.config().string())) {
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

std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const std::string& before_file) {
  // A version before an option existed did what is now its default.
  auto old_values = default_values();
  for (const auto& [key, value] : values_of(before, before_file)) old_values[key] = value;
  std::vector<OptionChange> changes;
  for (const auto& [key, value] : values_of(now, "now")) {
    const std::string& was = old_values[key];
    if (was != value && std::ranges::find(kFree, key) == kFree.end()) {
      changes.push_back({key, was, value});
    }
  }
  return changes;
}

fs::path nearest_folder(const fs::path& path) {
  fs::path there = fs::absolute(path);
  std::error_code failed;
  while (!fs::exists(there, failed) && !failed && there.has_relative_path()) {
    there = there.parent_path();
  }
  return there;
}

bool goes_on(const RunPaths& paths, bool load_last_checkpoint) {
  return load_last_checkpoint && !checkpoint_steps(paths).empty();
}

void take_values(const std::string& configuration, const OptionTable& given, ModelConfig& model) {
  const auto values = values_of(configuration, "config.ini");
  OptionTable table;
  model.describe(table);
  for (const Option& option : table.options()) {
    const auto value = values.find(option.name);
    if (value != values.end() && !given.given(option.name)) option.set(value->second);
  }
}

void check_open_run(const RunPaths& paths, const std::string& configuration,
                    bool load_last_checkpoint) {
  require_folder_can_be_made(paths.checkpoints());
  const std::vector<std::int64_t> steps = checkpoint_steps(paths);
  if (!steps.empty() && !load_last_checkpoint) {
    throw UsageError(str_cat(paths.run().string(), " holds checkpoints up to step ", steps.front(),
                             "; use another --trainer.run_dir, or "
                             "--trainer.load_last_checkpoint true to go on from there"));
  }
  // Without a checkpoint there is nothing to be continued: the configuration may change freely.
  if (!steps.empty() && !is_there(paths.config())) {
    throw UsageError(
        str_cat(paths.run().string(), " has checkpoints up to step ", steps.front(), " but no ",
                paths.config().filename().string(),
                ", so nobody can tell whether this goes on with the same run; put the "
                "file back (`amt train ... --dry-run` with the run's options and another "
                "run_dir prints it), or use another --trainer.run_dir"));
  }
  if (!steps.empty()) check_same_run(paths, configuration);
}

void open_run(const RunPaths& paths, const std::string& configuration, bool load_last_checkpoint) {
  check_open_run(paths, configuration, load_last_checkpoint);
  std::error_code failed;
  fs::create_directories(paths.checkpoints(), failed);
  if (failed) throw no_folder(paths.checkpoints(), failed);
  write_file_atomically(paths.config(), configuration);
}

}  // namespace amt
