#include "gpu_compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "amt/cpu/cpu_ops.hpp"
#include "gpu_device.hpp"
#include "ops/numbers.hpp"
#include "src/cpu/rows.hpp"

namespace amt::test {
namespace {

constexpr std::size_t kFence = 1024;  // bytes
constexpr int kFenceByte = 0x5A;
constexpr int kUnwritten = 0xFF;  // NaN in fp32 and in bf16

std::vector<Bf16> narrow(const std::vector<float>& values) {
  std::vector<Bf16> out(values.size());
  cpu::to_bf16(out.data(), values.data(), static_cast<Dim>(values.size()));
  return out;
}
std::vector<float> widen(const std::vector<Bf16>& values) {
  std::vector<float> out(values.size());
  cpu::to_float(out.data(), values.data(), static_cast<Dim>(values.size()));
  return out;
}

/// Collects the lines of the table and prints them after all tests.
class Table : public testing::Environment {
 public:
  static Table& get() {
    static auto* table = static_cast<Table*>(testing::AddGlobalTestEnvironment(new Table));
    return *table;
  }
  void TearDown() override {
    if (lines_.empty()) return;
    std::printf("%-22s %-28s %-14s %s\n", "operation", "shape", "result", "largest difference");
    for (const std::string& line : lines_) std::printf("%s\n", line.c_str());
  }
  void add(const std::string& line) { lines_.push_back(line); }

 private:
  std::vector<std::string> lines_;
};

const bool table_is_registered = (Table::get(), true);

}  // namespace

void* Workbench::bytes(const void* host, std::size_t count) {
  std::vector<unsigned char> image(count + kFence, kFenceByte);
  if (host == nullptr) {
    std::fill_n(image.begin(), count, static_cast<unsigned char>(kUnwritten));
  } else if (count > 0) {
    std::memcpy(image.data(), host, count);
  }
  arrays_.emplace_back(ops_, image.size());
  ops_.to_device(arrays_.back().as<void>(), image.data(), image.size());
  return arrays_.back().as<void>();
}

Activation* Workbench::activations(const std::vector<float>& values) {
  const std::vector<Bf16> rounded = narrow(values);
  if (ops_.activation_bytes() == sizeof(Bf16)) {
    return static_cast<Activation*>(bytes(rounded.data(), rounded.size() * sizeof(Bf16)));
  }
  return reinterpret_cast<Activation*>(copy(widen(rounded)));
}
Activation* Workbench::activations(Dim n) {
  return static_cast<Activation*>(
      bytes(nullptr, static_cast<std::size_t>(n) * ops_.activation_bytes()));
}
float* Workbench::floats(const std::vector<float>& values) { return copy(values); }
float* Workbench::floats(Dim n) {
  return static_cast<float*>(bytes(nullptr, static_cast<std::size_t>(n) * sizeof(float)));
}

std::vector<float*> Workbench::weights(const std::vector<std::vector<float>>& values) {
  constexpr std::size_t kAligned = 64;  // floats, as in ParameterLayout
  std::vector<float> all;
  std::vector<std::size_t> starts;
  for (const std::vector<float>& each : values) {
    starts.push_back(all.size());
    const std::vector<float> rounded = widen(narrow(each));
    all.insert(all.end(), rounded.begin(), rounded.end());
    all.resize((all.size() + kAligned - 1) / kAligned * kAligned);
  }
  float* flat = copy(all);
  weights_.push_back(std::make_unique<Weights>(ops_, flat, static_cast<Dim>(all.size())));
  weights_.back()->refresh();
  std::vector<float*> places;
  for (const std::size_t start : starts) places.push_back(flat + start);
  return places;
}

void Workbench::result(const std::string& name, const float* data, Dim n) {
  std::vector<float> host(static_cast<std::size_t>(n));
  ops_.to_host(host.data(), data, host.size() * sizeof(float));
  results_.emplace_back(name, std::move(host));
}
void Workbench::result(const std::string& name, const Activation* data, Dim n) {
  if (ops_.activation_bytes() == sizeof(float)) {
    return result(name, reinterpret_cast<const float*>(data), n);
  }
  std::vector<Bf16> host(static_cast<std::size_t>(n));
  ops_.to_host(host.data(), data, host.size() * sizeof(Bf16));
  results_.emplace_back(name, widen(host));
}
void Workbench::result(const std::string& name, double value) {
  results_.emplace_back(name, std::vector<float>{static_cast<float>(value)});
}

bool Workbench::fences_intact() const {
  for (const Buffer& array : arrays_) {
    std::vector<unsigned char> fence(kFence);
    ops_.to_host(fence.data(), array.as<char>() + array.bytes() - kFence, kFence);
    const bool intact =
        std::all_of(fence.begin(), fence.end(), [](unsigned char c) { return c == kFenceByte; });
    if (!intact) return false;
  }
  return true;
}

void note_difference(const std::string& name, const std::string& shape, const std::string& result,
                     double difference) {
  char line[160];
  std::snprintf(line, sizeof(line), "%-22s %-28s %-14s %.1e", name.c_str(), shape.c_str(),
                result.c_str(), difference);
  Table::get().add(line);
}

double largest_difference(const std::string& name, const std::string& shape,
                          const Operation& operation, cuda::Attention attention) {
  const auto right = make_cpu_ops(0), tested = make_tested_ops(attention);
  Workbench expected(*right, false), actual(*tested, true);
  operation(expected);
  operation(actual);
  EXPECT_EQ(expected.results().size(), actual.results().size());
  EXPECT_TRUE(actual.fences_intact()) << name << ' ' << shape << " writes outside its arrays";
  double largest = 0;
  for (std::size_t i = 0; i < expected.results().size(); ++i) {
    const auto& [result, values] = expected.results()[i];
    const double difference = distance(actual.results()[i].second, values);
    note_difference(name, shape, result, difference);
    largest = std::max(largest, difference);
  }
  return largest;
}

void compare(const std::string& name, const std::string& shape, const Operation& operation,
             double tolerance, cuda::Attention attention) {
  EXPECT_LT(largest_difference(name, shape, operation, attention), tolerance)
      << name << ' ' << shape << ": the table at the end lists each result";
}

std::string shape_text(const std::vector<Dim>& dimensions) {
  std::string text;
  for (const Dim dimension : dimensions) {
    text += (text.empty() ? "" : " x ") + std::to_string(dimension);
  }
  return text;
}

}  // namespace amt::test
