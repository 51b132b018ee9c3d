#include "edit_distance.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace amt {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // The last three rows of the table of distances between prefixes: for the first i - 2, i - 1 and
  // i characters of a.
  std::vector<std::size_t> older(b.size() + 1), old(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    older.swap(old);
    old.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = old[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      row[j] = std::min({replaced, old[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
    }
  }
  return row.back();
}

std::size_t max_typos(std::string_view a, std::string_view b) {
  return std::max(a.size(), b.size()) / 3;
}

}  // namespace amt
