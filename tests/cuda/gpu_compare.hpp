// One operation on two devices: the CPU in fp32, which is right, and the one under test.
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

/// Of the largest expected value: what the roundings of bf16 may leave of a result.
inline constexpr double kBf16Tolerance = 2e-2;
/// Of results that are fp32 from end to end.
inline constexpr double kFloatTolerance = 1e-5;

/// Arrays of one device for one operation, each with a fence behind it. Numbers are rounded to bf16
/// on the way in, so that both devices begin with the same ones; results are NaN until written.
class Workbench {
 public:
  Workbench(Ops& ops, bool tested) : ops_(ops), tested_(tested) {}

  Ops& ops() const { return ops_; }
  bool tested() const { return tested_; }  ///< false on the CPU in fp32

  Activation* activations(const std::vector<float>& values);
  Activation* activations(Dim n);
  float* floats(const std::vector<float>& values);
  float* floats(Dim n);
  /// Parameters that operators may be given as weights.
  std::vector<float*> weights(const std::vector<std::vector<float>>& values);
  template <class T>
  T* copy(const std::vector<T>& values) {
    return static_cast<T*>(bytes(values.data(), values.size() * sizeof(T)));
  }

  /// A result, by its name. The arrays are read when the operation has returned.
  void result(const std::string& name, const Activation* data, Dim n);
  void result(const std::string& name, const float* data, Dim n);
  void result(const std::string& name, double value);

  using Results = std::vector<std::pair<std::string, std::vector<float>>>;
  const Results& results() const { return results_; }
  bool fences_stand() const;

 private:
  void* bytes(const void* host, std::size_t count);
  Ops& ops_;
  bool tested_;
  std::vector<Buffer> arrays_;
  std::vector<std::unique_ptr<Weights>> weights_;
  Results results_;
};

using Operation = std::function<void(Workbench&)>;

/// The largest difference of any result, each as a share of its largest expected value; infinity
/// where something is not a number. Notes a line of the table for each result.
double largest_difference(const std::string& name, const std::string& shape,
                          const Operation& operation,
                          cuda::Attention attention = cuda::Attention::kAuto);

/// Expects that it is within the tolerance.
void compare(const std::string& name, const std::string& shape, const Operation& operation,
             double tolerance = kBf16Tolerance, cuda::Attention attention = cuda::Attention::kAuto);

/// A line of the table that is printed at the end.
void note_difference(const std::string& name, const std::string& shape, const std::string& result,
                     double difference);

/// "2 x 77 x 768"
std::string shape_text(const std::vector<Dim>& dimensions);

}  // namespace amt::test
