#include "amt/base/crc32c.hpp"

#include <array>

namespace amt {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78;

/// Computes the CRC of every possible byte.
constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) {
      rest = (rest >> 1) ^ ((rest & 1) != 0 ? kReflectedPolynomial : 0);
    }
    table[byte] = rest;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t rest = ~std::uint32_t{0};
  for (const char c : bytes) {
    rest = (rest >> 8) ^ kTable[(rest ^ c) & 0xFF];
  }
  return ~rest;
}

}  // namespace amt
