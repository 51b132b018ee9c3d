#include "plain_ops.hpp"

#include "host_memory.hpp"
#include "plain/attention.hpp"
#include "plain/embedding.hpp"
#include "plain/layernorm.hpp"
#include "plain/linear.hpp"
#include "plain/lm_head.hpp"
#include "plain/optimizer.hpp"

namespace amt {
namespace {

double* real(Activation* p) { return reinterpret_cast<double*>(p); }
const double* real(const Activation* p) { return reinterpret_cast<const double*>(p); }

class PlainOps final : public HostMemoryOps {
 public:
  std::string description() const override { return "plain reference, fp64"; }
  std::size_t activation_bytes() const override { return sizeof(double); }

  void embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                         const float* wpe, Dim rows, Dim seq_len, Dim width,
                         const Dropout& dropout) override {
    plain::embedding_forward(real(out), tokens, wte, wpe, rows, seq_len, width, dropout);
  }
  void embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                          const std::uint16_t* tokens, const std::int32_t*, Dim rows, Dim seq_len,
                          Dim width, const Dropout& dropout) override {
    plain::embedding_backward(dwte, dwpe, real(dx), tokens, rows, seq_len, width, dropout);
  }
  void layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                         const Activation* x, const Activation* y, const float* w, const float* b,
                         Dim n, Dim width, const Dropout& dropout) override {
    plain::layernorm_forward(real(out), real(residual), mean, rstd, real(x), real(y), w, b, n,
                             width, dropout);
  }
  void layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                          const Activation* dout, const Activation* residual, const float* mean,
                          const float* rstd, const float* w, Dim n, Dim width, bool add,
                          const Dropout& dropout) override {
    plain::layernorm_backward(real(dresidual), real(dy), dw, db, real(dout), real(residual), mean,
                              rstd, w, n, width, add, dropout);
  }
  void linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                      const float* b, Dim n, Dim in_width, Dim out_width) override {
    plain::linear_forward(real(out), real(pre), real(x), w, b, n, in_width, out_width);
  }
  void linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                       const Activation* x, const Activation* pre, const float* w, Dim n,
                       Dim in_width, Dim out_width) override {
    plain::linear_backward(real(dx), dw, db, real(dout), real(x), real(pre), w, n, in_width,
                           out_width);
  }
  void attention_forward(Activation* out, float* lse, const Activation* qkv,
                         const AttentionShape& shape) override {
    plain::attention_forward(real(out), lse, real(qkv), shape);
  }
  void attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                          const float* lse, const Activation* qkv,
                          const AttentionShape& shape) override {
    plain::attention_backward(real(dqkv), real(dout), real(out), lse, real(qkv), shape);
  }
  void lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                     const float* wte, const std::uint16_t* tokens, const LmHeadShape& shape,
                     const LossTerms& terms) override {
    plain::lm_head_train(loss, real(dx), dwte, real(x), wte, tokens, shape, terms);
  }
  void lm_head_losses(float* losses, const Activation* x, const float* wte,
                      const std::uint16_t* tokens, const LmHeadShape& shape) override {
    plain::lm_head_losses(losses, real(x), wte, tokens, shape);
  }
  void lm_head_logits(float* logits, const Activation* x, const float* wte,
                      const LmHeadShape& shape) override {
    plain::lm_head_logits(logits, real(x), wte, shape);
  }
  void adamw(float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step) override {
    plain::adamw(p, m, v, g, n, step);
  }
  double sum_of_squares(const float* x, Dim n) override { return plain::sum_of_squares(x, n); }
  void add(float* to, const float* x, Dim n) override { plain::add(to, x, n); }
  void scale(float* x, float factor, Dim n) override { plain::scale(x, factor, n); }
};

}  // namespace

std::unique_ptr<Ops> make_plain_ops() { return std::make_unique<PlainOps>(); }

}  // namespace amt
