// Names of runs that tell of their options.
#pragma once

#include <string>

#include "amt/base/options.hpp"

namespace amt {

/// A run's folder in which {trainer.seed} stands for that option's value:
/// "runs/seed-{trainer.seed}" is "runs/seed-3". Of a path it is the last part. The same options
/// give the same name, so that the same command resumes. UsageError if braces hold no option, or do
/// not match.
std::string expand_run_dir(const std::string& name, const OptionTable& table);

}  // namespace amt
