// Whether a run may resume with the configuration it is given now.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "amt/base/options.hpp"
#include "amt/model/config.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Changes that alter what is trained, by what the options of amt train declare of their effect.
/// UsageError if a text is no INI text, naming `before_file` and the line.
std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const std::string& before_file = "config.ini");

/// Whether a run that is started now would resume from one of its checkpoints. Local.
bool resumes(const RunPaths& paths, bool load_last_checkpoint);

/// Sets the `wanted` options of a table to what a configuration (INI text) has. UsageError naming
/// `file` if a value cannot be read. Local.
void adopt_recorded(const OptionTable& table, const std::string& configuration,
                    const std::string& file, const std::function<bool(const Option&)>& wanted);

/// Sets those [model] options that the user has not `given` to what a resolved configuration (INI
/// text) has. UsageError if a value cannot be read. Local.
void adopt_values(const std::string& configuration, const OptionTable& given, ModelConfig& model);

/// Whether open_run() can do its work, without doing any of it. Where a run is already, this must
/// be the same one: UsageError naming the key that differs. trainer.num_train_steps alone may
/// change, with a warning: learning rates follow the new schedule from the next step on. UsageError
/// also if the folder has checkpoints but no config.ini, or checkpoints that load_last_checkpoint =
/// false would not go on from. Local.
void check_open_run(const RunPaths& paths, const std::string& configuration,
                    bool load_last_checkpoint);

/// After that check, makes the run's folder and writes config.ini. Local: rank 0 does it for all.
void open_run(const RunPaths& paths, const std::string& configuration, bool load_last_checkpoint);

}  // namespace amt
