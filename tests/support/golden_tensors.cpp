#include "golden_tensors.hpp"

#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "golden.hpp"

namespace amt::test {
namespace {

template <class T>
std::vector<double> numbers(const std::string& bytes, std::size_t begin, std::size_t end) {
  std::vector<T> raw((end - begin) / sizeof(T));
  std::memcpy(raw.data(), bytes.data() + begin, raw.size() * sizeof(T));
  return std::vector<double>(raw.begin(), raw.end());
}

}  // namespace

std::map<std::string, GoldenTensor> read_golden_tensors(const std::filesystem::path& path) {
  const std::string bytes = read_golden(path);
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  const auto header = nlohmann::json::parse(bytes.substr(8, header_size));
  std::map<std::string, GoldenTensor> tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const std::size_t begin = 8 + header_size + entry["data_offsets"][0].get<std::size_t>();
    const std::size_t end = 8 + header_size + entry["data_offsets"][1].get<std::size_t>();
    const std::string type = entry["dtype"];
    if (type != "F32" && type != "I64") throw std::runtime_error(name + " has type " + type);
    tensors[name] = {entry["shape"], type == "F32" ? numbers<float>(bytes, begin, end)
                                                   : numbers<std::int64_t>(bytes, begin, end)};
  }
  return tensors;
}

}  // namespace amt::test
