// An Ops that forwards all calls except the operators to another Ops: a base class for test doubles
// that watch or change some calls.
#pragma once

#include "amt/ops/ops.hpp"

namespace amt::test {

class PassingOps : public Ops {
 public:
  /// `to` must outlive this object.
  explicit PassingOps(Ops& to) : to_(to) {}

  std::string description() const override { return to_.description(); }
  std::size_t activation_bytes() const override { return to_.activation_bytes(); }
  void* allocate(std::size_t bytes) override { return to_.allocate(bytes); }
  void release(void* memory) noexcept override { to_.release(memory); }
  void to_device(void* device, const void* host, std::size_t bytes) override {
    to_.to_device(device, host, bytes);
  }
  void to_host(void* host, const void* device, std::size_t bytes) override {
    to_.to_host(host, device, bytes);
  }
  void zero(void* device, std::size_t bytes) override { to_.zero(device, bytes); }
  void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                 std::size_t bytes, std::size_t rows) override {
    to_.copy_rows(to, to_stride, from, from_stride, bytes, rows);
  }
  void synchronise() override { to_.synchronise(); }
  std::unique_ptr<DeviceTimer> make_timer() override { return to_.make_timer(); }
  AlgorithmChoice* algorithms() override { return to_.algorithms(); }
  void refresh_weights(const float* parameters, Dim count) override {
    to_.refresh_weights(parameters, count);
  }
  void forget_weights(const float* parameters) noexcept override { to_.forget_weights(parameters); }

 protected:
  Ops& to_;
};

}  // namespace amt::test
