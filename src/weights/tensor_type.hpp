// The names of tensor types in both formats, and conversion to fp32.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "tensor_file.hpp"

namespace amt {

/// Parses the name in a safetensors header: "BF16".
std::optional<TensorType> type_from_name(std::string_view name);
/// Parses the name of a class in the module torch: "BFloat16Storage".
std::optional<TensorType> type_from_torch(std::string_view storage_class);

/// Converts elements of a parameter type to floats; `bytes` holds out.size() of them, little
/// endian.
void widen(TensorType type, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace amt
