// Paths of a sweep, which is a set of runs that differ in one option.
#pragma once

#include <filesystem>
#include <string>

#include "amt/run/paths.hpp"

namespace amt {

struct SweepPaths {
  std::filesystem::path folder;

  /// Returns FOLDER/learning_rate=1e-3. `key` is the part of the option's name after the dot.
  /// jobs/requeue.sh relies on this form.
  RunPaths run(const std::string& key, const std::string& value) const {
    return RunPaths(folder / (key + "=" + value));
  }
  std::filesystem::path table() const { return folder / "sweep.csv"; }
  std::filesystem::path report() const { return folder / "sweep.html"; }
};

}  // namespace amt
