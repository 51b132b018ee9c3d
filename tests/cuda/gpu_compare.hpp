// Compares an operation on the tested device with the same operation on the CPU in fp32.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "amt/cuda/plugin.hpp"
#include "amt/ops/weights.hpp"

namespace amt::test {

/// Tolerance for results that are rounded to bf16, relative to the largest expected value.
inline constexpr double kBf16Tolerance = 2e-2;
/// Tolerance for results that are computed entirely in fp32.
inline constexpr double kFloatTolerance = 1e-5;

/// The arrays of one operation on one device, each followed by a fence (bytes that must not
/// change). Inputs are rounded to bf16, so both devices start with the same numbers; results are
/// NaN until they are written.
class Workbench {
 public:
  Workbench(Ops& ops, bool tested) : ops_(ops), tested_(tested) {}

  Ops& ops() const { return ops_; }
  bool tested() const { return tested_; }  ///< false for the reference, the CPU in fp32

  Activation* activations(const std::vector<float>& values);
  Activation* activations(Dim n);
  float* floats(const std::vector<float>& values);
  float* floats(Dim n);
  /// Uploads parameters that operators can use as weights.
  std::vector<float*> weights(const std::vector<std::vector<float>>& values);
  template <class T>
  T* copy(const std::vector<T>& values) {
    return static_cast<T*>(bytes(values.data(), values.size() * sizeof(T)));
  }

  /// Registers a result by name; it is read after the operation has returned.
  void result(const std::string& name, const Activation* data, Dim n);
  void result(const std::string& name, const float* data, Dim n);
  void result(const std::string& name, double value);

  using Results = std::vector<std::pair<std::string, std::vector<float>>>;
  const Results& results() const { return results_; }
  bool fences_intact() const;

 private:
  void* bytes(const void* host, std::size_t count);
  Ops& ops_;
  bool tested_;
  std::vector<Buffer> arrays_;
  std::vector<std::unique_ptr<Weights>> weights_;
  Results results_;
};

using Operation = std::function<void(Workbench&)>;

/// Returns the largest difference over all results, each relative to its largest expected value;
/// infinity if a number is not finite. Adds a line to the table for each result.
double largest_difference(const std::string& name, const std::string& shape,
                          const Operation& operation,
                          cuda::Attention attention = cuda::Attention::kAuto);

/// Expects the largest difference to be within the tolerance.
void compare(const std::string& name, const std::string& shape, const Operation& operation,
             double tolerance = kBf16Tolerance, cuda::Attention attention = cuda::Attention::kAuto);

/// Adds a line to the table that is printed after all tests.
void note_difference(const std::string& name, const std::string& shape, const std::string& result,
                     double difference);

/// Returns e.g. "2 x 77 x 768".
std::string shape_text(const std::vector<Dim>& dimensions);

}  // namespace amt::test
