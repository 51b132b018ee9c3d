#include "timed_ops.hpp"

#include <fmt/core.h>

#include <chrono>

namespace amt {

std::string name_of(const LinearForward& op) {
  return fmt::format("{} {} x {}", LinearForward::kName, op.in_width, op.out_width);
}
std::string name_of(const LinearBackward& op) {
  return fmt::format("{} {} x {}", LinearBackward::kName, op.in_width, op.out_width);
}

void TimedOps::timed(const std::string& name, const Work& work, const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  to_.synchronise();
  const auto start = Clock::now();
  call();
  to_.synchronise();
  OperationTime& time = times_[name];
  ++time.calls;
  time.seconds += std::chrono::duration<double>(Clock::now() - start).count();
  time.work.flops += work.flops;
  time.work.bytes += work.bytes;
}

void TimedOps::to_device(void* device, const void* host, std::size_t bytes) {
  timed("to device", {}, [&] { to_.to_device(device, host, bytes); });
}
void TimedOps::to_host(void* host, const void* device, std::size_t bytes) {
  timed("to host", {}, [&] { to_.to_host(host, device, bytes); });
}
void TimedOps::zero(void* device, std::size_t bytes) {
  timed("zero", {0, static_cast<double>(bytes)}, [&] { to_.zero(device, bytes); });
}
void TimedOps::copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                         std::size_t bytes, std::size_t rows) {
  timed("copy", {0, 2.0 * static_cast<double>(bytes * rows)},
        [&] { to_.copy_rows(to, to_stride, from, from_stride, bytes, rows); });
}
void TimedOps::refresh_weights(const float* parameters, Dim count) {
  timed("refresh weights", {0, 6.0 * static_cast<double>(count)},
        [&] { to_.refresh_weights(parameters, count); });
}

}  // namespace amt
