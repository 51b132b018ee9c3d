// One process whose gradients go wrong.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "amt/collective/reducer.hpp"

namespace amt::test {

/// Poisons the gradient of chosen steps, as a failing device or an overflow would.
class PoisonedReducer : public Reducer {
 public:
  explicit PoisonedReducer(std::vector<std::int64_t> steps) : steps_(std::move(steps)) {}
  std::string name() const override { return "poisoned"; }
  int rank() const override { return 0; }
  int ranks() const override { return 1; }
  void broadcast(float*, std::int64_t) override {}
  void all_reduce(float* data, std::int64_t) override { data_ = data; }
  void reduce_scatter(const SlicedBuffer& buffer, Slice) override { data_ = buffer.data; }
  void all_gather(const SlicedBuffer&) override {}
  void wait() override {
    if (std::ranges::find(steps_, step_++) != steps_.end()) {
      *data_ = std::numeric_limits<float>::quiet_NaN();
    }
  }
  void sum(std::span<double>) override {}
  double max(double value) override { return value; }
  bool any(bool value) override { return value; }

 private:
  std::vector<std::int64_t> steps_;
  std::int64_t step_ = 0;
  float* data_ = nullptr;
};

}  // namespace amt::test
