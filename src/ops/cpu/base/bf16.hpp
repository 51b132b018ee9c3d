// A bfloat16 as it lies in memory: the upper half of an fp32.
#pragma once

#include <cstdint>

namespace amt {

struct Bf16 {
  std::uint16_t bits;
};

}  // namespace amt
