#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>

#include "element_stream.hpp"
#include "lfs_pointer.hpp"
#include "malformed.hpp"
#include "safetensors.hpp"
#include "safetensors_header.hpp"

namespace amt {
namespace {

// The largest model here has a header of 60 kB. A header takes several times its size in memory.
constexpr std::uint64_t kMaxHeaderBytes = 16u << 20;

std::string read_header(const RegularFile& file) {
  std::array<std::byte, 8> raw{};
  if (file.size() < raw.size()) throw Malformed("it is too short");
  file.read_at(0, raw);
  const auto bytes = std::bit_cast<std::uint64_t>(raw);
  if (bytes > file.size() - raw.size()) throw Malformed("its header is longer than the file");
  if (bytes > kMaxHeaderBytes) throw Malformed("its header is larger than 16 MiB");
  std::string text(bytes, '\0');
  file.read_at(raw.size(), std::as_writable_bytes(std::span(text)));
  return text;
}

void read_tensor(const RegularFile& file, const TensorEntry& entry, const TensorRequest& request) {
  check_request(entry, request);
  const auto next = [&file, at = entry.begin](std::span<std::byte> out) mutable {
    file.read_at(at, out);
    at += out.size();
  };
  const std::array destination = {Destination{&entry, 0, false, request}};
  stream_elements(entry.type, entry.elements, next, destination);
}

}  // namespace

SafetensorsReader::SafetensorsReader(const std::filesystem::path& path) : file_(path) {
  naming_file(path, [&] {
    refuse_pointer(file_);
    const std::string header = read_header(file_);
    const std::uint64_t data = 8 + header.size();
    tensors_ = parse_safetensors_header(header, file_.size() - data);
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      tensors_[i].begin += data;
      by_name_[tensors_[i].name] = i;
    }
  });
}

const TensorEntry* SafetensorsReader::find(const std::string& name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : &tensors_[it->second];
}

void SafetensorsReader::read(std::span<const TensorRequest> requests) {
  naming_file(path(), [&] {
    for (const TensorRequest& request : requests) {
      read_tensor(file_, tensors_[request.tensor], request);
    }
  });
}

void SafetensorsReader::read(const TensorEntry& entry, std::span<float> out) {
  naming_file(path(), [&] { read_tensor(file_, entry, {.out = out}); });
}

void SafetensorsReader::read(const TensorEntry& entry, std::span<std::int64_t> out) {
  if (entry.type != TensorType::kI64 || out.size() != entry.elements) {
    throw Error(fmt::format("tensor {} of {} is not {} whole numbers", entry.name, path().string(),
                            out.size()));
  }
  file_.read_at(entry.begin, std::as_writable_bytes(out));
}

}  // namespace amt
