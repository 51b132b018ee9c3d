#include "amt/train/sweep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <sstream>

#include "amt/base/files.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/record/comparison.hpp"

namespace amt {
namespace {

constexpr const char* kForm = "KEY=VALUE,VALUE,..., as in learning_rate=1e-3,2e-3";

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

/// Returns the option that `key` names in full or by the part after the dot.
std::string swept_option(const std::string& key, const OptionTable& table) {
  for (const Option& option : table.options()) {
    const bool configures = option.same_as.empty() && option.name.find('.') != std::string::npos;
    if (!configures || (option.name != key && last_part(option.name) != key)) continue;
    if (option.name == "trainer.run_dir") break;
    return option.name;
  }
  const std::string close = table.closest(key);
  throw UsageError(fmt::format("--sweep: {} is not an option in which runs can differ{}", key,
                               close.empty() ? "" : "; did you mean " + close + "?"));
}

std::vector<std::string> swept_values(const std::string& text) {
  std::vector<std::string> values;
  std::istringstream words(text);
  for (std::string value; std::getline(words, value, ',');) values.push_back(value);
  if (values.empty()) throw UsageError(fmt::format("--sweep must be {}", kForm));
  for (const std::string& value : values) {
    if (value.empty() || value.find('/') != std::string::npos) {
      throw UsageError(fmt::format(
          "--sweep: '{}' cannot be part of a folder's name; give values without a slash", value));
    }
    if (std::ranges::count(values, value) > 1) {
      throw UsageError(fmt::format("--sweep: {} is given twice", value));
    }
  }
  return values;
}

std::optional<std::size_t> task_of(const char* array_task, std::size_t values) {
  if (array_task == nullptr) return std::nullopt;
  std::uint64_t task = 0;
  if (parse_option(array_task, &task).empty() && task < values) return task;
  throw UsageError(
      fmt::format("--sweep has {} values, but SLURM_ARRAY_TASK_ID is {}; submit with --array=0-{}",
                  values, array_task, values - 1));
}

void set_value(const Sweep& sweep, std::size_t value, TrainConfiguration& config,
               OptionTable& table) {
  table.set(sweep.option, sweep.values[value]);
  config.trainer.run_dir = sweep.run(value).run().string();
  config.validate();
}

/// Trains one run. If it fails on all ranks with an error that need not affect the other values,
/// logs the error and returns kFailed.
ExitCode train_value(const mpi::Communicator& world, const Sweep& sweep, std::size_t value,
                     TrainConfiguration& config, OptionTable& table, const StartWords& words) try {
  set_value(sweep, value, config, table);
  log_info(fmt::format("sweep, run {} of {}: {} = {} in {}", value + 1, sweep.values.size(),
                       sweep.option, sweep.values[value], config.trainer.run_dir));
  return train_model(world, config, table, words);
} catch (const mpi::CollectiveError& error) {
  if (error.code() != ExitCode::kFailed) throw;
  if (world.rank() == 0) log_warning(fmt::format("this run failed: {}", error.what()));
  return ExitCode::kFailed;
}

void report(const Sweep& sweep) {
  std::vector<ComparedRun> runs;
  for (std::size_t i = 0; i < sweep.values.size(); ++i) {
    runs.push_back({sweep.values[i], sweep.run(i)});
  }
  log_info(compare_runs(sweep.paths, sweep.option, runs));
}

}  // namespace

RunPaths Sweep::run(std::size_t value) const { return paths.run(last_part(option), values[value]); }

Sweep plan_sweep(const std::string& text, const char* array_task, TrainConfiguration& config,
                 OptionTable& table) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw UsageError(fmt::format("--sweep must be {}, not {}", kForm, text));
  }
  Sweep sweep;
  sweep.option = swept_option(text.substr(0, equals), table);
  sweep.values = swept_values(text.substr(equals + 1));
  sweep.paths.folder = config.trainer.run_dir;
  sweep.only = task_of(array_task, sweep.values.size());
  for (std::size_t i = 0; i < sweep.values.size(); ++i) set_value(sweep, i, config, table);
  return sweep;
}

ExitCode train_sweep(const mpi::Communicator& world, const Sweep& sweep, TrainConfiguration& config,
                     OptionTable& table, const StartWords& words) {
  mpi::run_on_all(world, [&] {
    if (world.rank() != 0 || !is_there(RunPaths(sweep.paths.folder).checkpoints())) return;
    throw UsageError(fmt::format("{} contains a run; give the sweep another --trainer.run_dir",
                                 sweep.paths.folder.string()));
  });
  ExitCode result = ExitCode::kDone;
  for (std::size_t i = 0; i < sweep.values.size() && result != ExitCode::kStopped; ++i) {
    if (sweep.only && *sweep.only != i) continue;
    const ExitCode code = train_value(world, sweep, i, config, table, words);
    if (code != ExitCode::kDone) result = code;
  }
  mpi::run_on_all(world, [&] {
    if (world.rank() == 0) report(sweep);
  });
  return result;
}

}  // namespace amt
