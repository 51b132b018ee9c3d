// Parses and checks the JSON header of a safetensors file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor_file.hpp"

namespace amt {

/// Returns the tensors in the order of their offsets; `begin` counts from the start of the data.
/// `data_bytes` is the size of the data after the header. Throws Malformed if the header is
/// invalid.
std::vector<TensorEntry> parse_safetensors_header(std::string_view text, std::uint64_t data_bytes);

}  // namespace amt
