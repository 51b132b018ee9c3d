#include "amt/run/configuration.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/ini.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// An undeclared option counts as one that affects the result.
Effect effect_of(const std::string& key, const OptionTable& known) {
  const Option* option = known.find(key);
  return option == nullptr ? Effect::kResult : option->effect;
}

Error no_folder(const fs::path& folder, std::error_code why) {
  return Error(fmt::format("cannot create the folder {}: {}", folder.string(), why.message()));
}

/// Checks as much as possible without creating the folder.
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
  throw Error(fmt::format("cannot write to {}: {}", folder.string(), failed.message()));
}

}  // namespace

std::vector<OptionChange> changes_of_result(const std::string& before, const std::string& now,
                                            const OptionTable& known,
                                            const std::string& before_file) {
  // Versions that lacked an option behaved like its present default.
  std::map<std::string, std::string> old_values = ini_values(known.to_ini(), "defaults");
  for (const auto& [key, value] : ini_values(before, before_file)) old_values[key] = value;
  std::vector<OptionChange> changes;
  for (const auto& [key, value] : ini_values(now, "now")) {
    const std::string& was = old_values[key];
    if (was != value && effect_of(key, known) < Effect::kRounding) {
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

void check_run_is_writable(const RunPaths& paths) {
  require_folder_can_be_made(paths.checkpoints());
}

void write_configuration(const RunPaths& paths, const std::string& configuration) {
  std::error_code failed;
  fs::create_directories(paths.checkpoints(), failed);
  if (failed) throw no_folder(paths.checkpoints(), failed);
  write_file_atomically(paths.config(), configuration);
}

void restore_configuration(const RunPaths& paths, const std::string& configuration) {
  if (!is_there(paths.checkpoints()) || !is_there(paths.config())) {
    write_configuration(paths, configuration);
  }
}

}  // namespace amt
