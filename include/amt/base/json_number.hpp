// Numbers in JSON. Infinity and NaN, which JSON cannot represent, become null.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace amt {

inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace amt
