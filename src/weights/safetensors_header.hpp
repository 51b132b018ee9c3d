// The JSON header of a safetensors file, checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor_file.hpp"

namespace amt {

/// The header's tensors in the order of their offsets; `begin` counts from the start of the data.
/// `data_bytes` is the size of the data that follows the header. Malformed.
std::vector<TensorEntry> parse_safetensors_header(std::string_view text, std::uint64_t data_bytes);

}  // namespace amt
