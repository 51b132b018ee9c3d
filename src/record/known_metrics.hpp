#pragma once

#include <filesystem>
#include <functional>

#include "amt/record/metrics.hpp"

namespace amt {

/// Calls read_metrics() and warns if there are lines that it does not recognise.
void read_known_metrics(const std::filesystem::path& path,
                        const std::function<void(const StepMetrics&)>& step,
                        const std::function<void(const ValidationMetrics&)>& validation);

}  // namespace amt
