// Formats an evaluation as readable lines.
#pragma once

#include <string>

#include "amt/model/parameter_layout.hpp"
#include "csv.hpp"

namespace amt {

/// Returns lines of the form "name    value", with the values aligned in a column.
std::string evaluation_table(const EvaluationRecord& record, const Manifest& manifest,
                             const ParameterLayout& layout);

}  // namespace amt
