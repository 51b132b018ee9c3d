// Checks whether a run may resume with the present configuration.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "amt/base/options.hpp"
#include "amt/model/config.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Returns the changes between two configurations (INI texts) that affect the result of training,
/// according to the Effect of each option of amt train. Throws UsageError that names `before_file`
/// and the line if a text cannot be parsed.
std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const std::string& before_file = "config.ini");

/// Returns whether a run that is started now would resume from one of its checkpoints. Local.
bool resumes(const RunPaths& paths, bool load_last_checkpoint);

/// Sets the `wanted` options of a table to their values in a configuration (INI text). Throws
/// UsageError that names `file` if a value is invalid. Local.
void adopt_recorded(const OptionTable& table, const std::string& configuration,
                    const std::string& file, const std::function<bool(const Option&)>& wanted);

/// Sets the [model] options that the user has not `given` to their values in a resolved
/// configuration (INI text). Throws UsageError if a value is invalid. Local.
void adopt_values(const std::string& configuration, const OptionTable& given, ModelConfig& model);

/// Checks whether open_run() would succeed, without changing anything. Throws a UsageError that
/// names the differing key if the folder already contains a different run. Only
/// trainer.num_train_steps may change; a warning then says that learning rates follow the new
/// schedule from the next step on. Also throws a UsageError if the folder has checkpoints but no
/// config.ini, or checkpoints that would be ignored because load_last_checkpoint is false. Local.
void check_open_run(const RunPaths& paths, const std::string& configuration,
                    bool load_last_checkpoint);

/// Runs the same checks, creates the run's folder and writes config.ini. Local; called on rank 0
/// only.
void open_run(const RunPaths& paths, const std::string& configuration, bool load_last_checkpoint);

}  // namespace amt
