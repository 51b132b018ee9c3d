// The types of tensors: their names in both formats.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "tensor_file.hpp"

namespace amt {

/// From a safetensors header: "BF16".
std::optional<TensorType> type_from_name(std::string_view name);
/// From a class of the module torch: "BFloat16Storage".
std::optional<TensorType> type_from_torch(std::string_view storage_class);

/// Elements of a parameter type as floats; `bytes` holds out.size() of them, little endian.
void widen(TensorType type, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace amt
