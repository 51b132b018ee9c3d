#include "amt/tokens/row_rules.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {

std::optional<RowProblem> find_row_problem(std::span<const Token> row, const Encoding& encoding) {
  if (row.size() != kContextLength) throw Error(str_cat("a row of ", row.size(), " tokens"));
  return encoding.find_problem(row);
}

}  // namespace amt
