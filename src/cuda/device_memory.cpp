#include "device_memory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt::cuda {
namespace {

Error out_of_memory(int device, std::size_t bytes) {
  std::size_t free = 0, total = 0;
  cudaMemGetInfo(&free, &total);  // both stay 0 if it fails; the message still has the size
  return Error(fmt::format(
      "CUDA device {} has no {} left ({} of {} are free): lower trainer.per_device_parallelism, "
      "set model.gradient_checkpointing, or end other programs on it (nvidia-smi)",
      device, format_bytes(double(bytes)), format_bytes(double(free)),
      format_bytes(double(total))));
}

class EventTimer final : public DeviceTimer {
 public:
  EventTimer(int device, cudaStream_t stream) : device_(device), stream_(stream) {}

  void start() override {
    const Call call(device_, "timer: start");
    check(cudaEventRecord(start_.get(), stream_), "starting a timer");
  }
  void stop() override {
    const Call call(device_, "timer: stop");
    check(cudaEventRecord(stop_.get(), stream_), "stopping a timer");
  }
  double seconds() override {
    const Call call(device_, "timer: seconds");
    check(cudaEventSynchronize(stop_.get()), "waiting for a timer");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, start_.get(), stop_.get()), "reading a timer");
    return milliseconds / 1e3;
  }

 private:
  int device_;
  cudaStream_t stream_;
  Event start_ = make_timing_event(), stop_ = make_timing_event();
};

}  // namespace

Staging::Staging(cudaStream_t stream) : stream_(stream) {
  for (Piece& piece : pieces_) piece = {make_pinned(kPieceBytes), make_event()};
}

void Staging::copy(void* device, const void* host, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes; done += kPieceBytes) {
    const std::size_t size = std::min(kPieceBytes, bytes - done);
    Piece& piece = pieces_[next_];
    next_ = (next_ + 1) % kPieces;
    check(cudaEventSynchronize(piece.read.get()), "waiting for a copy to the device");
    std::memcpy(piece.memory.get(), static_cast<const char*>(host) + done, size);
    check(cudaMemcpyAsync(static_cast<char*>(device) + done, piece.memory.get(), size,
                          cudaMemcpyHostToDevice, stream_),
          "copying to the device");
    check(cudaEventRecord(piece.read.get(), stream_), "marking a copy to the device");
  }
}

DeviceMemoryOps::DeviceMemoryOps(int device)
    : device_(device), stream_(make_stream(device)), staging_(stream_.get()) {}

void* DeviceMemoryOps::allocate(std::size_t bytes) {
  check(cudaSetDevice(device_), "choosing the device");
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // clears the error: nothing else has failed
    throw out_of_memory(device_, bytes);
  }
  check(status, "allocating memory");
  return memory;
}

void DeviceMemoryOps::release(void* memory) noexcept {
  cudaSetDevice(device_);
  cudaFree(memory);  // errors are reported by calls that can throw
}

void DeviceMemoryOps::to_device(void* device, const void* host, std::size_t bytes) {
  const Call call(device_, "to_device");
  staging_.copy(device, host, bytes);
}

void DeviceMemoryOps::to_host(void* host, const void* device, std::size_t bytes) {
  const Call call(device_, "to_host");
  check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream()),
        "copying to the host");
  check(cudaStreamSynchronize(stream()), "waiting for a copy to the host");
}

void DeviceMemoryOps::zero(void* device, std::size_t bytes) {
  const Call call(device_, "zero");
  check(cudaMemsetAsync(device, 0, bytes, stream()), "zeroing memory");
}

void DeviceMemoryOps::copy_rows(void* to, std::size_t to_stride, const void* from,
                                std::size_t from_stride, std::size_t bytes, std::size_t rows) {
  const Call call(device_, "copy_rows");
  check(cudaMemcpy2DAsync(to, to_stride, from, from_stride, bytes, rows, cudaMemcpyDeviceToDevice,
                          stream()),
        "copying within the device");
}

void DeviceMemoryOps::synchronise() {
  const Call call(device_, "synchronise");
  check(cudaStreamSynchronize(stream()), "waiting for queued work");
}

std::unique_ptr<DeviceTimer> DeviceMemoryOps::make_timer() {
  const Call call(device_, "make_timer");
  return std::make_unique<EventTimer>(device_, stream());
}

void* Scratch::bytes(std::size_t size) {
  if (buffer_.bytes() < size) {
    buffer_ = Buffer();  // freed first, so that both never exist at once
    buffer_ = Buffer(ops_, size);
  }
  return buffer_.as<void>();
}

}  // namespace amt::cuda
