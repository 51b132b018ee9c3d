// Memory and timing for an Ops that runs on the host.
#pragma once

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>

#include "amt/base/error.hpp"
#include "amt/base/large_pages.hpp"
#include "amt/base/strings.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

class HostTimer final : public DeviceTimer {
 public:
  void start() override { started_ = Clock::now(); }
  void stop() override { stopped_ = Clock::now(); }
  double seconds() override { return std::chrono::duration<double>(stopped_ - started_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point started_, stopped_;
};

/// Every call finishes its work before it returns, so synchronise() does nothing.
class HostMemoryOps : public Ops {
 public:
  void* allocate(std::size_t bytes) override {
    void* memory = ::operator new(bytes, kAlignment, std::nothrow);
    if (memory == nullptr) {
      throw Error("cannot allocate " + format_bytes(bytes) +
                  " of memory: lower trainer.per_device_parallelism or set "
                  "model.gradient_checkpointing");
    }
    request_large_pages(memory, bytes);
    return memory;
  }
  void release(void* memory) noexcept override { ::operator delete(memory, kAlignment); }
  void to_device(void* device, const void* host, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(device, host, bytes);
  }
  void to_host(void* host, const void* device, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(host, device, bytes);
  }
  void zero(void* device, std::size_t bytes) override {
    if (bytes > 0) std::memset(device, 0, bytes);
  }
  void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                 std::size_t bytes, std::size_t rows) override {
    for (std::size_t row = 0; row < rows; ++row) {
      std::memcpy(static_cast<char*>(to) + row * to_stride,
                  static_cast<const char*>(from) + row * from_stride, bytes);
    }
  }
  void synchronise() override {}
  std::unique_ptr<DeviceTimer> make_timer() override { return std::make_unique<HostTimer>(); }

 private:
  /// One page, so that the scratch buffers of different threads never share a cache line.
  static constexpr std::align_val_t kAlignment{4096};
};

}  // namespace amt
