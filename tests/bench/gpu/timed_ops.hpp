// How long each operation of a step takes on the device.
#pragma once

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

/// Passes every call on and waits for the device before and after it: times of operations by
/// themselves, some microseconds of launching included, so their sum is more than a step takes.
class TimedOps final : public Ops {
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
  void synchronise() override { to_.synchronise(); }
  void start_lap() override { to_.start_lap(); }
  void end_lap() override { to_.end_lap(); }
  double lap_seconds() override { return to_.lap_seconds(); }
  void prepare_weights(const float* parameters, Dim count) override;
  void embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                         const float* wpe, Dim rows, Dim seq_len, Dim width,
                         const Dropout& dropout) override;
  void embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                          const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                          Dim seq_len, Dim width, const Dropout& dropout) override;
  void layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                         const Activation* x, const Activation* y, const float* w, const float* b,
                         Dim n, Dim width, const Dropout& dropout) override;
  void layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                          const Activation* dout, const Activation* residual, const float* mean,
                          const float* rstd, const float* w, Dim n, Dim width, bool add,
                          const Dropout& dropout) override;
  void linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                      const float* b, Dim n, Dim in_width, Dim out_width) override;
  void linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                       const Activation* x, const Activation* pre, const float* w, Dim n,
                       Dim in_width, Dim out_width) override;
  void attention_forward(Activation* out, float* lse, const Activation* qkv,
                         const AttentionShape& shape) override;
  void attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                          const float* lse, const Activation* qkv,
                          const AttentionShape& shape) override;
  void lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                     const float* wte, const std::uint16_t* tokens, const LmHeadShape& shape,
                     const LossTerms& terms) override;
  void lm_head_losses(float* losses, const Activation* x, const float* wte,
                      const std::uint16_t* tokens, const LmHeadShape& shape) override;
  void lm_head_logits(float* logits, const Activation* x, const float* wte,
                      const LmHeadShape& shape) override;
  void adamw(float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step) override;
  double sum_of_squares(const float* x, Dim n) override;
  void add(float* to, const float* x, Dim n) override;
  void scale(float* x, float factor, Dim n) override;

 private:
  template <class Call>
  void timed(const std::string& name, const Work& work, const Call& call);
  Ops& to_;
  std::map<std::string, OperationTime> times_;
};

}  // namespace amt
