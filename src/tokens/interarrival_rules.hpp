// The rules of row_rules.hpp for rows of the interarrival encoding.
#pragma once

#include "amt/tokens/row_rules.hpp"

namespace amt {

/// Implements Encoding::find_problem.
std::optional<RowProblem> find_interarrival_problem(std::span<const Token> row);

}  // namespace amt
