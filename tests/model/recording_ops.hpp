// An Ops that passes every call on and counts what tests ask about.
#pragma once

#include <vector>

#include "amt/ops/ops.hpp"

namespace amt::test {

class RecordingOps final : public Ops {
 public:
  explicit RecordingOps(Ops& to) : to_(to) {}

  std::size_t allocated = 0;        ///< bytes, ever
  int waits = 0;                    ///< calls that wait for the device
  int prepared = 0;                 ///< prepare_weights
  std::vector<Dropout> masks;       ///< of forward calls that drop something, in order
  std::vector<std::int32_t> order;  ///< of the last embedding_backward

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
  void synchronise() override { ++waits; }
  void start_lap() override { to_.start_lap(); }
  void end_lap() override { to_.end_lap(); }
  double lap_seconds() override {
    ++waits;
    return to_.lap_seconds();
  }
  void prepare_weights(const float*, Dim) override { ++prepared; }
  void embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                         const float* wpe, Dim rows, Dim seq_len, Dim width,
                         const Dropout& dropout) override {
    note(dropout);
    to_.embedding_forward(out, tokens, wte, wpe, rows, seq_len, width, dropout);
  }
  void embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                          const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                          Dim seq_len, Dim width, const Dropout& dropout) override {
    order.assign(by_token, by_token + rows * seq_len);
    to_.embedding_backward(dwte, dwpe, dx, tokens, by_token, rows, seq_len, width, dropout);
  }
  void layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                         const Activation* x, const Activation* y, const float* w, const float* b,
                         Dim n, Dim width, const Dropout& dropout) override {
    note(dropout);
    to_.layernorm_forward(out, residual, mean, rstd, x, y, w, b, n, width, dropout);
  }
  void layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                          const Activation* dout, const Activation* residual, const float* mean,
                          const float* rstd, const float* w, Dim n, Dim width, bool add,
                          const Dropout& dropout) override {
    to_.layernorm_backward(dresidual, dy, dw, db, dout, residual, mean, rstd, w, n, width, add,
                           dropout);
  }
  void linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                      const float* b, Dim n, Dim in_width, Dim out_width) override {
    to_.linear_forward(out, pre, x, w, b, n, in_width, out_width);
  }
  void linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                       const Activation* x, const Activation* pre, const float* w, Dim n,
                       Dim in_width, Dim out_width) override {
    to_.linear_backward(dx, dw, db, dout, x, pre, w, n, in_width, out_width);
  }
  void attention_forward(Activation* out, float* lse, const Activation* qkv,
                         const AttentionShape& shape) override {
    to_.attention_forward(out, lse, qkv, shape);
  }
  void attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                          const float* lse, const Activation* qkv,
                          const AttentionShape& shape) override {
    to_.attention_backward(dqkv, dout, out, lse, qkv, shape);
  }
  void lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                     const float* wte, const std::uint16_t* tokens, const LmHeadShape& shape,
                     const LossTerms& terms) override {
    to_.lm_head_train(loss, dx, dwte, x, wte, tokens, shape, terms);
  }
  void lm_head_losses(float* losses, const Activation* x, const float* wte,
                      const std::uint16_t* tokens, const LmHeadShape& shape) override {
    to_.lm_head_losses(losses, x, wte, tokens, shape);
  }
  void lm_head_logits(float* logits, const Activation* x, const float* wte,
                      const LmHeadShape& shape) override {
    to_.lm_head_logits(logits, x, wte, shape);
  }
  void adamw(float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step) override {
    to_.adamw(p, m, v, g, n, step);
  }
  double sum_of_squares(const float* x, Dim n) override {
    ++waits;
    return to_.sum_of_squares(x, n);
  }
  void add(float* to, const float* x, Dim n) override { to_.add(to, x, n); }
  void scale(float* x, float factor, Dim n) override { to_.scale(x, factor, n); }

 private:
  void note(const Dropout& dropout) {
    if (dropout.rate > 0) masks.push_back(dropout);
  }
  Ops& to_;
};

}  // namespace amt::test
