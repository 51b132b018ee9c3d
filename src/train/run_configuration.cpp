#include "run_configuration.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/ini.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/process/log.hpp"
#include "amt/run/configuration.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {
namespace {

constexpr const char* kSteps = "trainer.num_train_steps";

void check_same_run(const RunPaths& paths, const std::string& configuration) {
  for (const OptionChange& change :
       changes_of_result(read_text(paths.config()), configuration, paths.config().string())) {
    const std::string what =
        fmt::format("{} = {}, but now it is {}", change.key, change.before, change.now);
    if (change.key != kSteps) {
      throw UsageError(
          fmt::format("{} contains a run with {}; use another --trainer.run_dir or the run's own "
                      "configuration ({})",
                      paths.run().string(), what, paths.config().string()));
    }
    log_warning(fmt::format(
        "the run was started with {}: learning rates follow the new schedule from now on", what));
  }
}

}  // namespace

std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const std::string& before_file) {
  TrainConfiguration defaults;
  defaults.trainer.reshuffle = false;  // the behaviour of older runs, which lack this option
  OptionTable known;
  defaults.register_options(known);
  return changes_of_result(before, now, known, before_file);
}

bool resumes(const RunPaths& paths, bool load_last_checkpoint) {
  return load_last_checkpoint && !checkpoint_steps(paths).empty();
}

void adopt_recorded(const OptionTable& table, const std::string& configuration,
                    const std::string& file, const std::function<bool(const Option&)>& wanted) {
  const auto values = ini_values(configuration, file);
  for (const Option& option : table.options()) {
    const auto value = values.find(option.name);
    if (value == values.end() || !wanted(option)) continue;
    try {
      option.set(value->second);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", file, error.what()));
    }
  }
}

void adopt_values(const std::string& configuration, const OptionTable& given, ModelConfig& model) {
  OptionTable table;
  model.register_options(table);
  adopt_recorded(table, configuration, "config.ini",
                 [&](const Option& option) { return !given.given(option.name); });
}

void check_open_run(const RunPaths& paths, const std::string& configuration,
                    bool load_last_checkpoint) {
  check_run_is_writable(paths);
  const std::vector<std::int64_t> steps = checkpoint_steps(paths);
  if (!steps.empty() && !load_last_checkpoint) {
    throw UsageError(
        fmt::format("{} contains checkpoints up to step {}; use another --trainer.run_dir, or "
                    "--trainer.load_last_checkpoint true to resume from there",
                    paths.run().string(), steps.front()));
  }
  // Without a checkpoint there is nothing to continue, so the configuration may change freely.
  if (!steps.empty() && !is_there(paths.config())) {
    throw UsageError(fmt::format(
        "{} has checkpoints up to step {} but no {}, so it is unknown whether this would resume "
        "the same run; put the file back (`amt train ... --dry-run` with the run's options and "
        "another run_dir prints it), or use another --trainer.run_dir",
        paths.run().string(), steps.front(), paths.config().filename().string()));
  }
  if (!steps.empty()) check_same_run(paths, configuration);
}

void open_run(const RunPaths& paths, const std::string& configuration, bool load_last_checkpoint) {
  check_open_run(paths, configuration, load_last_checkpoint);
  write_configuration(paths, configuration);
}

}  // namespace amt
