// RUN/config.ini: the options that a run was started with. All calls are local.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "amt/base/options.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// The options whose change from one configuration (INI text) to another affects the training:
/// those that `known` declares with an effect above Effect::kRounding, and those that it does not
/// declare. Options missing in `before` had the values in `known`. UsageError if a text is not a
/// valid INI text, naming `before_file` and the line.
std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const OptionTable& known,
                                            const std::string& before_file);

/// The path, or its nearest parent that exists or cannot be checked.
std::filesystem::path nearest_folder(const std::filesystem::path& path);

/// Checks, without changing anything, whether write_configuration() would succeed. Error with the
/// reason if not.
void check_run_is_writable(const RunPaths& paths);

/// Creates the run's folder and its folder of checkpoints, and writes config.ini. Only this
/// function creates the latter, so that there is never a checkpoint without its configuration.
void write_configuration(const RunPaths& paths, const std::string& configuration);

/// The same if one of them no longer exists because somebody moved the folder away during its use.
void restore_configuration(const RunPaths& paths, const std::string& configuration);

}  // namespace amt
