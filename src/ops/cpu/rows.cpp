#include "rows.hpp"

#include <array>
#include <vector>

namespace amt::cpu {

float* scratch_row(int which, Dim width) {
  thread_local std::array<std::vector<float>, 4> rows;
  std::vector<float>& row = rows[static_cast<std::size_t>(which)];
  if (row.size() < static_cast<std::size_t>(width)) row.resize(static_cast<std::size_t>(width));
  return row.data();
}

}  // namespace amt::cpu
