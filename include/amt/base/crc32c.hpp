// CRC-32C (Castagnoli), the checksum of TensorBoard's records.
#pragma once

#include <cstdint>
#include <string_view>

namespace amt {

/// Uses the reflected polynomial 0x1EDC6F41; initial value and final XOR are all ones (RFC 3720,
/// appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace amt
