#include <bit>
#include <nlohmann/json.hpp>

#include "amt/base/atomic_file.hpp"
#include "safetensors.hpp"

namespace amt {
namespace {

/// Returns the header, padded with spaces so that the data begins at a multiple of 8 bytes.
std::string make_header(std::span<const TensorView> tensors) {
  // Hugging Face's loader requires the framework that wrote the file: "pt" is PyTorch.
  nlohmann::ordered_json header = {{"__metadata__", {{"format", "pt"}}}};
  std::uint64_t begin = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t end = begin + tensor.data.size_bytes();
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

std::uint64_t write_safetensors(const std::filesystem::path& path,
                                std::span<const TensorView> tensors) {
  AtomicFile out(path);
  out.bypass_cache();
  Xxh3 hash;
  const std::string header = make_header(tensors);
  const auto length = std::bit_cast<std::array<std::byte, 8>>(std::uint64_t{header.size()});
  out.write(length, hash);
  out.write(std::as_bytes(std::span(header)), hash);
  for (const TensorView& tensor : tensors) out.write(std::as_bytes(tensor.data), hash);
  out.commit();
  return hash.digest();
}

}  // namespace amt
