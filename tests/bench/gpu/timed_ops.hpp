// An Ops that measures how long each operation of a step takes on the device.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "operation_work.hpp"
#include "support/passing_ops.hpp"

namespace amt {

struct OperationTime {
  int calls = 0;
  double seconds = 0;
  Work work;
};

/// Returns the operator's name; that of a linear layer includes its shape.
template <class Op>
std::string name_of(const Op&) {
  return Op::kName;
}
std::string name_of(const LinearForward& op);
std::string name_of(const LinearBackward& op);

/// Forwards every call and waits for the device before and after it. It times operations in
/// isolation, including a few microseconds for the launch, so their sum exceeds the time of a step.
class TimedOps final : public Implement<TimedOps, test::PassingOps, Operators> {
 public:
  explicit TimedOps(Ops& to) : Implement(to) {}

  /// Returns the measured times by operation and shape.
  const std::map<std::string, OperationTime>& times() const { return times_; }
  void clear() { times_.clear(); }

  void to_device(void* device, const void* host, std::size_t bytes) override;
  void to_host(void* host, const void* device, std::size_t bytes) override;
  void zero(void* device, std::size_t bytes) override;
  void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                 std::size_t bytes, std::size_t rows) override;
  void refresh_weights(const float* parameters, Dim count) override;

  template <class Op>
  void execute(const Op& op) {
    timed(name_of(op), work_of(op), [&] { to_.run(op); });
  }

 private:
  void timed(const std::string& name, const Work& work, const std::function<void()>& call);
  std::map<std::string, OperationTime> times_;
};

}  // namespace amt
