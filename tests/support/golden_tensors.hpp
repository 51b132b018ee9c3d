// Reads the tensors of a recorded .safetensors file. Trusts its input, so use it only for golden
// data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace amt::test {

struct GoldenTensor {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

/// Returns all F32 and I64 tensors of a file by name. Throws std::runtime_error for any other type.
std::map<std::string, GoldenTensor> read_golden_tensors(const std::filesystem::path& path);

}  // namespace amt::test
