// Run folders that are named after the run's options.
#pragma once

#include <string>

#include "amt/base/options.hpp"

namespace amt {

/// Replaces each option name in braces by the option's value: "runs/seed-{trainer.seed}" becomes
/// "runs/seed-3". If the value is a path, only its last component is used. The same options give
/// the same name, so the same command resumes the run. Throws UsageError if braces do not contain
/// an option's name or are unbalanced.
std::string expand_run_dir(const std::string& name, const OptionTable& table);

}  // namespace amt
