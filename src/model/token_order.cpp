#include "token_order.hpp"

#include <numeric>

namespace amt {

std::vector<std::int32_t> positions_by_token(std::span<const Token> tokens, int vocab) {
  std::vector<std::int32_t> next(static_cast<std::size_t>(vocab) + 1, 0);  // counting sort
  for (const Token token : tokens) ++next[token + 1u];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::int32_t> order(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    order[static_cast<std::size_t>(next[tokens[i]]++)] = static_cast<std::int32_t>(i);
  }
  return order;
}

}  // namespace amt
