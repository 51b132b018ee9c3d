// How long each operation of a step takes on the device.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "amt/ops/ops.hpp"
#include "operation_work.hpp"

namespace amt {

struct OperationTime {
  int calls = 0;
  double seconds = 0;
  Work work;
};

/// The operator's name; of linear layers, with their shape.
template <class Op>
std::string name_of(const Op&) {
  return Op::kName;
}
std::string name_of(const LinearForward& op);
std::string name_of(const LinearBackward& op);

/// Passes every call on and waits for the device before and after it: times of operations by
/// themselves, some microseconds of launching included, so their sum is more than a step takes.
class TimedOps final : public Implement<TimedOps, Ops, Operators> {
 public:
  explicit TimedOps(Ops& to) : to_(to) {}

  /// By operation and shape.
  const std::map<std::string, OperationTime>& times() const { return times_; }
  void clear() { times_.clear(); }

  std::string description() const override { return to_.description(); }
  std::size_t activation_bytes() const override { return to_.activation_bytes(); }
  void* allocate(std::size_t bytes) override { return to_.allocate(bytes); }
  void release(void* memory) noexcept override { to_.release(memory); }
  void to_device(void* device, const void* host, std::size_t bytes) override;
  void to_host(void* host, const void* device, std::size_t bytes) override;
  void zero(void* device, std::size_t bytes) override;
  void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                 std::size_t bytes, std::size_t rows) override;
  void synchronise() override { to_.synchronise(); }
  std::unique_ptr<DeviceTimer> make_timer() override { return to_.make_timer(); }
  void refresh_weights(const float* parameters, Dim count) override;
  void forget_weights(const float* parameters) noexcept override { to_.forget_weights(parameters); }

  template <class Op>
  void execute(const Op& op) {
    timed(name_of(op), work_of(op), [&] { to_.run(op); });
  }

 private:
  void timed(const std::string& name, const Work& work, const std::function<void()>& call);
  Ops& to_;
  std::map<std::string, OperationTime> times_;
};

}  // namespace amt
