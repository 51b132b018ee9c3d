#include "tensor_type.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace amt {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little endian");

struct Known {
  TensorType type;
  std::uint8_t bytes;
  std::string_view name;
  std::string_view torch;  // "" if torch has no class for it
};

constexpr std::array<Known, 15> kKnown = {{
    {TensorType::kF32, 4, "F32", "FloatStorage"},
    {TensorType::kF16, 2, "F16", "HalfStorage"},
    {TensorType::kBF16, 2, "BF16", "BFloat16Storage"},
    {TensorType::kF64, 8, "F64", "DoubleStorage"},
    {TensorType::kI64, 8, "I64", "LongStorage"},
    {TensorType::kI32, 4, "I32", "IntStorage"},
    {TensorType::kI16, 2, "I16", "ShortStorage"},
    {TensorType::kI8, 1, "I8", "CharStorage"},
    {TensorType::kU64, 8, "U64", ""},
    {TensorType::kU32, 4, "U32", ""},
    {TensorType::kU16, 2, "U16", ""},
    {TensorType::kU8, 1, "U8", "ByteStorage"},
    {TensorType::kF8E5M2, 1, "F8_E5M2", ""},
    {TensorType::kF8E4M3, 1, "F8_E4M3", ""},
    {TensorType::kBool, 1, "BOOL", "BoolStorage"},
}};

const Known& known(TensorType type) { return *std::ranges::find(kKnown, type, &Known::type); }

std::optional<TensorType> find(std::string_view name, std::string_view Known::*column) {
  const auto it = std::ranges::find(kKnown, name, column);
  if (name.empty() || it == kKnown.end()) return std::nullopt;
  return it->type;
}

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

float from_f16(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

}  // namespace

std::uint64_t element_bytes(TensorType type) { return known(type).bytes; }

std::string_view type_name(TensorType type) { return known(type).name; }

bool is_parameter_type(TensorType type) {
  return type == TensorType::kF32 || type == TensorType::kF16 || type == TensorType::kBF16;
}

std::optional<TensorType> type_from_name(std::string_view name) { return find(name, &Known::name); }

std::optional<TensorType> type_from_torch(std::string_view storage_class) {
  return find(storage_class, &Known::torch);
}

void widen(TensorType type, std::span<const std::byte> bytes, std::span<float> out) {
  if (type == TensorType::kF32) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
    return;
  }
  const auto convert = type == TensorType::kF16 ? from_f16 : from_bf16;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + 2 * i, sizeof(bits));
    out[i] = convert(bits);
  }
}

}  // namespace amt
