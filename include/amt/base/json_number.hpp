// Numbers in JSON that is written: it has no way to say infinity or not a number.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace amt {

inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace amt
