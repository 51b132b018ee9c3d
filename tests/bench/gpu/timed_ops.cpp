#include "timed_ops.hpp"

#include <chrono>

#include "amt/base/strings.hpp"

namespace amt {

template <class Call>
void TimedOps::timed(const std::string& name, const Work& work, const Call& call) {
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
void TimedOps::prepare_weights(const float* parameters, Dim count) {
  timed("prepare weights", {0, 6.0 * static_cast<double>(count)},
        [&] { to_.prepare_weights(parameters, count); });
}

void TimedOps::embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                                 const float* wpe, Dim rows, Dim seq_len, Dim width,
                                 const Dropout& dropout) {
  timed("embedding", embedding_forward_work(rows * seq_len, width),
        [&] { to_.embedding_forward(out, tokens, wte, wpe, rows, seq_len, width, dropout); });
}
void TimedOps::embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                                  const std::uint16_t* tokens, const std::int32_t* by_token,
                                  Dim rows, Dim seq_len, Dim width, const Dropout& dropout) {
  timed("embedding backward", embedding_backward_work(rows * seq_len, width), [&] {
    to_.embedding_backward(dwte, dwpe, dx, tokens, by_token, rows, seq_len, width, dropout);
  });
}

void TimedOps::layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                                 const Activation* x, const Activation* y, const float* w,
                                 const float* b, Dim n, Dim width, const Dropout& dropout) {
  timed("layer norm", layernorm_forward_work(n, width, y != nullptr),
        [&] { to_.layernorm_forward(out, residual, mean, rstd, x, y, w, b, n, width, dropout); });
}
void TimedOps::layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                                  const Activation* dout, const Activation* residual,
                                  const float* mean, const float* rstd, const float* w, Dim n,
                                  Dim width, bool add, const Dropout& dropout) {
  timed("layer norm backward", layernorm_backward_work(n, width, dy != nullptr, add), [&] {
    to_.layernorm_backward(dresidual, dy, dw, db, dout, residual, mean, rstd, w, n, width, add,
                           dropout);
  });
}

void TimedOps::linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                              const float* b, Dim n, Dim in_width, Dim out_width) {
  timed(str_cat("linear ", in_width, " x ", out_width),
        linear_forward_work(n, in_width, out_width, pre != nullptr),
        [&] { to_.linear_forward(out, pre, x, w, b, n, in_width, out_width); });
}
void TimedOps::linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                               const Activation* x, const Activation* pre, const float* w, Dim n,
                               Dim in_width, Dim out_width) {
  timed(str_cat("linear backward ", in_width, " x ", out_width),
        linear_backward_work(n, in_width, out_width, pre != nullptr),
        [&] { to_.linear_backward(dx, dw, db, dout, x, pre, w, n, in_width, out_width); });
}

void TimedOps::attention_forward(Activation* out, float* lse, const Activation* qkv,
                                 const AttentionShape& shape) {
  timed("attention", attention_forward_work(shape),
        [&] { to_.attention_forward(out, lse, qkv, shape); });
}
void TimedOps::attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                                  const float* lse, const Activation* qkv,
                                  const AttentionShape& shape) {
  timed("attention backward", attention_backward_work(shape),
        [&] { to_.attention_backward(dqkv, dout, out, lse, qkv, shape); });
}

void TimedOps::lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                             const float* wte, const std::uint16_t* tokens,
                             const LmHeadShape& shape, const LossTerms& terms) {
  timed("LM head", lm_head_train_work(shape),
        [&] { to_.lm_head_train(loss, dx, dwte, x, wte, tokens, shape, terms); });
}
void TimedOps::lm_head_losses(float* losses, const Activation* x, const float* wte,
                              const std::uint16_t* tokens, const LmHeadShape& shape) {
  to_.lm_head_losses(losses, x, wte, tokens, shape);
}
void TimedOps::lm_head_logits(float* logits, const Activation* x, const float* wte,
                              const LmHeadShape& shape) {
  to_.lm_head_logits(logits, x, wte, shape);
}

void TimedOps::adamw(float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step) {
  timed("adamw", adamw_work(n), [&] { to_.adamw(p, m, v, g, n, step); });
}
double TimedOps::sum_of_squares(const float* x, Dim n) {
  double sum = 0;
  timed("sum of squares", {0, 4.0 * static_cast<double>(n)},
        [&] { sum = to_.sum_of_squares(x, n); });
  return sum;
}
void TimedOps::add(float* to, const float* x, Dim n) {
  timed("add", {0, 12.0 * static_cast<double>(n)}, [&] { to_.add(to, x, n); });
}
void TimedOps::scale(float* x, float factor, Dim n) {
  timed("scale", {0, 8.0 * static_cast<double>(n)}, [&] { to_.scale(x, factor, n); });
}

}  // namespace amt
