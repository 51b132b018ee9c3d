// RUN/config.ini: the options that a run was started with. All calls local.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "amt/base/options.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Options of two configurations (INI texts) whose change alters what is trained: by what `known`
/// declares, those with an effect above Effect::kRounding, and those that it does not know. What
/// `before` does not have was as it is in `known`. UsageError if a text is no INI text, naming
/// `before_file` and the line.
std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const OptionTable& known,
                                            const std::string& before_file);

/// The path, or the nearest one above it that is there or cannot be looked at.
std::filesystem::path nearest_folder(const std::filesystem::path& path);

/// Whether write_configuration() can do its work, without doing any of it. Error that says why not.
void check_run_is_writable(const RunPaths& paths);

/// Makes the run's folder with its folder of checkpoints, and writes config.ini. Nothing else makes
/// the latter, so no checkpoint is ever without its configuration.
void write_configuration(const RunPaths& paths, const std::string& configuration);

/// The same if one of them has gone since: somebody has moved the folder away while it was in use.
void restore_configuration(const RunPaths& paths, const std::string& configuration);

}  // namespace amt
