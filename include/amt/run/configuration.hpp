// RUN/config.ini: the options that a run was started with. All calls are local.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "amt/base/options.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Returns the options that differ between two configurations (INI texts) and affect the training:
/// those that `known` declares with an effect above Effect::kRounding, and those that it does not
/// declare. For options missing in `before`, uses the values in `known`. Throws a UsageError naming
/// `before_file` and the line if a text is not valid.
std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const OptionTable& known,
                                            const std::string& before_file);

/// Returns the path itself, or its nearest parent that exists or cannot be checked.
std::filesystem::path nearest_folder(const std::filesystem::path& path);

/// Checks, without changing anything, that write_configuration() would succeed. Throws an Error
/// with the reason if not.
void check_run_is_writable(const RunPaths& paths);

/// Creates the run's folder and its folder of checkpoints, and writes config.ini. Only this
/// function creates the latter, so that there is never a checkpoint without its configuration.
void write_configuration(const RunPaths& paths, const std::string& configuration);

/// As above, but only if one of them no longer exists, because somebody moved the folder while it
/// was in use.
void restore_configuration(const RunPaths& paths, const std::string& configuration);

}  // namespace amt
