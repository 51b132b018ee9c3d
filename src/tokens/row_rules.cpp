#include "amt/tokens/row_rules.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {

std::optional<RowProblem> find_row_problem(std::span<const Token> row, const Encoding& encoding) {
  if (row.size() != kContextLength)
    throw Error(fmt::format("a row cannot have {} tokens", row.size()));
  return encoding.find_problem(row);
}

}  // namespace amt
