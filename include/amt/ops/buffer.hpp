// An owning handle to device memory.
#pragma once

#include <cstddef>
#include <utility>

#include "amt/ops/ops.hpp"

namespace amt {

/// Owns memory allocated by an Ops, which must outlive it. Move-only; an empty Buffer owns nothing.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Ops& ops, std::size_t bytes) : ops_(&ops), data_(ops.allocate(bytes)), bytes_(bytes) {}
  Buffer(Buffer&& other) noexcept
      : ops_(other.ops_),
        data_(std::exchange(other.data_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(ops_, other.ops_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) ops_->release(data_);
  }

  static Buffer floats(Ops& ops, Dim count) { return Buffer(ops, count * sizeof(float)); }
  static Buffer activations(Ops& ops, Dim count) {
    return Buffer(ops, count * ops.activation_bytes());
  }

  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  Activation* activation() const { return static_cast<Activation*>(data_); }
  Activation* activation(Dim index) const {
    return reinterpret_cast<Activation*>(as<char>() + index * Dim(ops_->activation_bytes()));
  }
  std::size_t bytes() const { return bytes_; }
  void zero() { ops_->zero(data_, bytes_); }

 private:
  Ops* ops_ = nullptr;
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace amt
