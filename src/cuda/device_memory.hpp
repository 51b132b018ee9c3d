// Memory and timing of a GPU's Ops, on one stream.
#pragma once

#include <array>

#include "amt/ops/buffer.hpp"
#include "cuda_ops.hpp"
#include "device.hpp"

namespace amt::cuda {

/// Copies from any host memory to the device without waiting for the device. Uses a ring of pinned
/// pieces, each of which is reused once the device has read it. So a caller waits only if it is
/// kPieces copies (or kPieces x kPieceBytes) ahead of the device.
class Staging {
 public:
  explicit Staging(cudaStream_t stream);
  /// Copies to the device. `host` may be reused when it returns.
  void copy(void* device, const void* host, std::size_t bytes);

 private:
  static constexpr std::size_t kPieces = 16, kPieceBytes = std::size_t{2} << 20;
  struct Piece {
    Pinned memory;
    Event read;  ///< recorded after the copy from this piece
  };
  cudaStream_t stream_;
  std::array<Piece, kPieces> pieces_;
  std::size_t next_ = 0;
};

class DeviceMemoryOps : public CudaOps {
 public:
  explicit DeviceMemoryOps(int device);

  int device() const final { return device_; }
  cudaStream_t stream() const final { return stream_.get(); }
  void* allocate(std::size_t bytes) final;
  void release(void* memory) noexcept final;
  void to_device(void* device, const void* host, std::size_t bytes) final;
  void to_host(void* host, const void* device, std::size_t bytes) final;
  void zero(void* device, std::size_t bytes) final;
  void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                 std::size_t bytes, std::size_t rows) final;
  void synchronise() final;
  std::unique_ptr<DeviceTimer> make_timer() final;

 private:
  int device_;
  Stream stream_;
  Staging staging_;
};

/// Device memory for use within calls, which grows to the largest size requested. All shapes occur
/// in the first step, so it does not grow afterwards. When it grows, the old memory is freed, and
/// CUDA then waits until all queued work is done.
class Scratch {
 public:
  explicit Scratch(Ops& ops) : ops_(ops) {}
  /// Returns `count` elements of T. The old contents are lost if it has to grow.
  template <class T>
  T* of(Dim count) {
    return static_cast<T*>(bytes(count * sizeof(T)));
  }
  void* bytes(std::size_t size);

 private:
  Ops& ops_;
  Buffer buffer_;
};

}  // namespace amt::cuda
