// The shapes of the CPU's tile registers. Only for code that is compiled with AMT_ISA.
#pragma once

#ifdef __AMX_TILE__

#include <immintrin.h>

#include <cstdint>

namespace amt::cpu::AMT_ISA {
namespace {

/// The CPU's configuration of tiles 0 to 7, in the layout of the instruction that loads it.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, unused[15] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};

  void set(int tile, std::int64_t count, std::int64_t bytes) {
    rows[tile] = static_cast<std::uint8_t>(count);
    row_bytes[tile] = static_cast<std::uint16_t>(bytes);
  }
};

}  // namespace
}  // namespace amt::cpu::AMT_ISA

#endif
