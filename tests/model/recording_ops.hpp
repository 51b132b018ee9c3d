// An Ops that forwards every call and records those that some test needs.
#pragma once

#include <vector>

#include "support/passing_ops.hpp"

namespace amt::test {

class RecordingOps final : public Implement<RecordingOps, PassingOps, Operators> {
 public:
  explicit RecordingOps(Ops& to) : Implement(to) {}

  std::size_t allocated = 0;               ///< bytes allocated so far, including freed ones
  int waits = 0;                           ///< number of calls that wait for the device
  int refreshed = 0;                       ///< number of calls of refresh_weights()
  std::vector<Dropout> masks;              ///< masks of forward calls with dropout, in order
  std::vector<std::uint16_t> host_tokens;  ///< host_tokens of the last EmbeddingBackward

  void* allocate(std::size_t bytes) override {
    allocated += bytes;
    return PassingOps::allocate(bytes);
  }
  void to_host(void* host, const void* device, std::size_t bytes) override {
    ++waits;
    PassingOps::to_host(host, device, bytes);
  }
  void synchronise() override { ++waits; }
  void refresh_weights(const float* parameters, Dim count) override {
    ++refreshed;
    PassingOps::refresh_weights(parameters, count);
  }

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
};

}  // namespace amt::test
