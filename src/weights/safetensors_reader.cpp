#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/weights/safetensors.hpp"
#include "safetensors_header.hpp"

namespace amt {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little endian");

// The largest model here has a header of 60 kB; a header is held in memory several times over.
constexpr std::uint64_t kMaxHeaderBytes = 16u << 20;
constexpr std::size_t kPieceElements = 1 << 16;

float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

float from_f16(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

std::string read_header(std::ifstream& file, std::uint64_t file_bytes) {
  std::array<char, 8> raw{};
  if (file_bytes < raw.size() || !file.read(raw.data(), raw.size())) throw Error("it is too short");
  const auto bytes = std::bit_cast<std::uint64_t>(raw);
  if (bytes > file_bytes - raw.size()) throw Error("its header is longer than the file");
  if (bytes > kMaxHeaderBytes) throw Error("its header is larger than 16 MiB");
  std::string text(bytes, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(bytes))) throw Error("cannot be read");
  return text;
}

}  // namespace

SafetensorsReader::SafetensorsReader(const std::filesystem::path& path)
    : path_(path), file_(path, std::ios::binary) {
  std::error_code unreadable;
  const std::uint64_t bytes = std::filesystem::file_size(path, unreadable);
  if (!file_ || unreadable) throw system_error("cannot open " + path.string());
  try {
    const std::string header = read_header(file_, bytes);
    const std::uint64_t data = 8 + header.size();
    tensors_ = parse_safetensors_header(header, bytes - data);
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      tensors_[i].begin += data;
      by_name_[tensors_[i].name] = i;
    }
  } catch (const Error& error) {
    throw Error(str_cat("cannot read ", path.string(), ": ", error.what()));
  }
}

const TensorEntry* SafetensorsReader::find(const std::string& name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : &tensors_[it->second];
}

void SafetensorsReader::read_bytes(const TensorEntry& entry, std::uint64_t offset,
                                   std::span<std::byte> out) {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(entry.begin + offset));
  file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (!file_) throw Error(str_cat("cannot read tensor ", entry.name, " of ", path_.string()));
}

void SafetensorsReader::read(const TensorEntry& entry, std::span<float> out) {
  if (entry.type == TensorType::kI64 || out.size() != entry.elements) {
    throw Error(str_cat("tensor ", entry.name, " of ", path_.string(), " is not ", out.size(),
                        " floating-point numbers"));
  }
  if (entry.type == TensorType::kF32) return read_bytes(entry, 0, std::as_writable_bytes(out));
  std::vector<std::uint16_t> piece(std::min(out.size(), kPieceElements));
  for (std::size_t first = 0; first < out.size(); first += piece.size()) {
    piece.resize(std::min(piece.size(), out.size() - first));
    read_bytes(entry, first * sizeof(std::uint16_t), std::as_writable_bytes(std::span(piece)));
    std::ranges::transform(piece, out.begin() + static_cast<std::ptrdiff_t>(first),
                           entry.type == TensorType::kF16 ? from_f16 : from_bf16);
  }
}

void SafetensorsReader::read(const TensorEntry& entry, std::span<std::int64_t> out) {
  if (entry.type != TensorType::kI64 || out.size() != entry.elements) {
    throw Error(str_cat("tensor ", entry.name, " of ", path_.string(), " is not ", out.size(),
                        " whole numbers"));
  }
  read_bytes(entry, 0, std::as_writable_bytes(out));
}

}  // namespace amt
