// An evaluation as readable lines.
#pragma once

#include <string>

#include "amt/model/parameter_layout.hpp"
#include "csv.hpp"

namespace amt {

/// "name    value" with the values in a column, a line each.
std::string evaluation_table(const EvaluationRecord& record, const Manifest& manifest,
                             const ParameterLayout& layout);

}  // namespace amt
