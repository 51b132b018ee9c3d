// An Ops that passes every call on and counts what tests ask about.
#pragma once

#include <vector>

#include "amt/ops/ops.hpp"

namespace amt::test {

class RecordingOps final : public Implement<RecordingOps, Ops, Operators> {
 public:
  explicit RecordingOps(Ops& to) : to_(to) {}

  std::size_t allocated = 0;               ///< bytes, ever
  int waits = 0;                           ///< calls that wait for the device
  int refreshed = 0;                       ///< refresh_weights
  std::vector<Dropout> masks;              ///< of forward calls that drop something, in order
  std::vector<std::uint16_t> host_tokens;  ///< of the last EmbeddingBackward

  std::string description() const override { return to_.description(); }
  std::size_t activation_bytes() const override { return to_.activation_bytes(); }
  void* allocate(std::size_t bytes) override {
    allocated += bytes;
    return to_.allocate(bytes);
  }
  void release(void* memory) noexcept override { to_.release(memory); }
  void to_device(void* device, const void* host, std::size_t bytes) override {
    to_.to_device(device, host, bytes);
  }
  void to_host(void* host, const void* device, std::size_t bytes) override {
    ++waits;
    to_.to_host(host, device, bytes);
  }
  void zero(void* device, std::size_t bytes) override { to_.zero(device, bytes); }
  void copy_rows(void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
                 std::size_t bytes, std::size_t rows) override {
    to_.copy_rows(to, to_stride, from, from_stride, bytes, rows);
  }
  void synchronise() override { ++waits; }
  std::unique_ptr<DeviceTimer> make_timer() override { return to_.make_timer(); }
  void refresh_weights(const float* parameters, Dim count) override {
    ++refreshed;
    to_.refresh_weights(parameters, count);
  }
  void forget_weights(const float* parameters) noexcept override { to_.forget_weights(parameters); }

  template <class Op>
  void execute(const Op& op) {
    note(op);
    to_.run(op);
  }

 private:
  template <class Op>
  void note(const Op&) {}
  void note(const EmbeddingForward& op) { note_mask(op.dropout); }
  void note(const LayerNormForward& op) { note_mask(op.dropout); }
  void note(const EmbeddingBackward& op) {
    host_tokens.assign(op.host_tokens, op.host_tokens + op.rows * op.length);
  }
  void note(const SumOfSquares&) { ++waits; }
  void note_mask(const Dropout& dropout) {
    if (dropout.rate > 0) masks.push_back(dropout);
  }
  Ops& to_;
};

}  // namespace amt::test
