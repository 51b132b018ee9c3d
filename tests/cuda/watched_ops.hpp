// An Ops that reports to a Timeline which parameters, gradients and numbers for the host a GPU's
// operators read and write. Copies made by the plug-in are reported by the fake CUDA; all other
// memory is used by a single stream.
#pragma once

#include <vector>

#include "amt/model/model.hpp"
#include "src/cuda/cuda_ops.hpp"
#include "support/passing_ops.hpp"
#include "timeline.hpp"

namespace amt::test {

/// The tensors of parameters or gradients that an operator reads and writes.
struct TensorUses {
  std::vector<const float*> reads, writes;
};

template <class Op>
TensorUses uses_of(const Op&) {
  return {};
}
inline TensorUses uses_of(const EmbeddingForward& op) { return {{op.wte, op.wpe}, {}}; }
inline TensorUses uses_of(const EmbeddingBackward& op) { return {{}, {op.dwte, op.dwpe}}; }
inline TensorUses uses_of(const LayerNormForward& op) { return {{op.weight, op.bias}, {}}; }
inline TensorUses uses_of(const LayerNormBackward& op) {
  return {{op.weight}, {op.dweight, op.dbias}};
}
inline TensorUses uses_of(const LinearForward& op) { return {{op.weight, op.bias}, {}}; }
inline TensorUses uses_of(const LinearBackward& op) {
  return {{op.weight}, {op.dweight, op.dbias}};
}
inline TensorUses uses_of(const LmHeadTrain& op) { return {{op.wte}, {op.dwte}}; }

class WatchedOps final : public Implement<WatchedOps, PassingOps, Operators> {
 public:
  WatchedOps(cuda::CudaOps& to, Timeline& timeline)
      : Implement(to), stream_(to.stream()), timeline_(timeline) {}

  /// Reports accesses to the tensors of this model, which must have been created with these Ops.
  void watch(Model& model) {
    parameters_ = model.parameters();
    gradients_ = model.gradients();
    layout_ = &model.layout();
  }

  void refresh_weights(const float* parameters, Dim count) override {
    timeline_.queue(stream_, "refresh weights");
    floats(parameters, count, Timeline::Use::kReads);
    to_.refresh_weights(parameters, count);
  }
  void to_host(void* host, const void* device, std::size_t bytes) override {
    to_.to_host(host, device, bytes);
    timeline_.host_reads_copy();
  }

  template <class Op>
  void execute(const Op& op) {
    timeline_.queue(stream_, Op::kName);
    const TensorUses uses = uses_of(op);
    for (const float* tensor : uses.reads) touch(tensor, Timeline::Use::kReads);
    for (const float* tensor : uses.writes) touch(tensor, Timeline::Use::kWrites);
    of_buffers(op);
    to_.run(op);
    if constexpr (std::is_same_v<Op, SumOfSquares>) timeline_.host_reads_copy();
  }

 private:
  template <class Op>
  void of_buffers(const Op&) {}
  void of_buffers(const AdamW& op) {
    floats(op.parameters, op.n, Timeline::Use::kWrites);
    floats(op.gradients, op.n, Timeline::Use::kReads);
  }
  void of_buffers(const Muon& op) {
    const Dim count = (op.rows - 1) * op.stride + op.columns;
    floats(op.parameters, count, Timeline::Use::kWrites);
    floats(op.gradients, count, Timeline::Use::kReads);
  }
  void of_buffers(const SumOfSquares& op) { floats(op.x, op.n, Timeline::Use::kReads); }

  void floats(const float* data, Dim count, Timeline::Use use) {
    timeline_.touches(stream_, data, static_cast<std::size_t>(count) * sizeof(float), use);
  }
  /// Reports an access to the tensor that begins at `data`.
  void touch(const float* data, Timeline::Use use) {
    const bool gradient = data >= gradients_ && data < gradients_ + layout_->total();
    const Dim offset = data - (gradient ? gradients_ : parameters_);
    for (const ParameterInfo& tensor : layout_->all()) {
      if (tensor.offset == offset) floats(data, tensor.stored, use);
    }
  }

  Timeline::Agent stream_;
  Timeline& timeline_;
  const float *parameters_ = nullptr, *gradients_ = nullptr;
  const ParameterLayout* layout_ = nullptr;
};

}  // namespace amt::test
