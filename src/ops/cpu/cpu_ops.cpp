#include "amt/ops/cpu_ops.hpp"

#include <omp.h>

#include <type_traits>

#include "amt/ops/buffer.hpp"
#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "host_memory.hpp"

namespace amt {
namespace {

// Activations in memory: float or Bf16.
template <class T>
T* real(Activation* p) {
  return reinterpret_cast<T*>(p);
}
template <class T>
const T* real(const Activation* p) {
  return reinterpret_cast<const T*>(p);
}

/// The weights as products of type T read them: fp32 ones where they are.
template <class T>
class Weights {
 public:
  void prepare(Ops&, int, const float*, Dim) {}
  const float* of(const float* weights) const { return weights; }
};

/// A rounded copy of the flat buffer.
template <>
class Weights<Bf16> {
 public:
  void prepare(Ops& ops, int threads, const float* parameters, Dim count) {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(Bf16);
    if (copy_.bytes() != bytes) copy_ = Buffer(ops, bytes);
    cpu::to_bf16(threads, copy_.as<Bf16>(), parameters, count);
    parameters_ = parameters;
  }
  const Bf16* of(const float* weights) const { return copy_.as<Bf16>() + (weights - parameters_); }

 private:
  const float* parameters_ = nullptr;
  Buffer copy_;
};

template <class T>
class CpuOps final : public HostMemoryOps {
 public:
  explicit CpuOps(int threads) : threads_(threads == 0 ? omp_get_max_threads() : threads) {}

  std::string description() const override {
    return str_cat("CPU, ", threads_, threads_ == 1 ? " thread, " : " threads, ",
                   std::is_same_v<T, float> ? "fp32, " : "bf16, ", gemm_library(), ", ",
                   kernels().name);
  }
  std::size_t activation_bytes() const override { return sizeof(T); }
  void prepare_weights(const float* parameters, Dim count) override {
    weights_.prepare(*this, threads_, parameters, count);
  }

  void embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                         const float* wpe, Dim rows, Dim seq_len, Dim width,
                         const Dropout& dropout) override {
    cpu::embedding_forward(threads_, real<T>(out), tokens, wte, wpe, rows, seq_len, width, dropout);
  }
  void embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                          const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                          Dim seq_len, Dim width, const Dropout& dropout) override {
    cpu::embedding_backward(threads_, dwte, dwpe, real<T>(dx), tokens, by_token, rows, seq_len,
                            width, dropout);
  }
  void layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                         const Activation* x, const Activation* y, const float* w, const float* b,
                         Dim n, Dim width, const Dropout& dropout) override {
    cpu::layernorm_forward(threads_, real<T>(out), real<T>(residual), mean, rstd, real<T>(x),
                           real<T>(y), w, b, n, width, dropout);
  }
  void layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                          const Activation* dout, const Activation* residual, const float* mean,
                          const float* rstd, const float* w, Dim n, Dim width, bool add,
                          const Dropout& dropout) override {
    cpu::layernorm_backward(threads_, real<T>(dresidual), real<T>(dy), dw, db, real<T>(dout),
                            real<T>(residual), mean, rstd, w, n, width, add, dropout);
  }
  void linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                      const float* b, Dim n, Dim in_width, Dim out_width) override {
    use_threads();
    cpu::linear_forward(threads_, real<T>(out), real<T>(pre), real<T>(x), weights_.of(w), b, n,
                        in_width, out_width);
  }
  void linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                       const Activation* x, const Activation* pre, const float* w, Dim n,
                       Dim in_width, Dim out_width) override {
    use_threads();
    cpu::linear_backward(threads_, real<T>(dx), dw, db, real<T>(dout), real<T>(x), real<T>(pre),
                         weights_.of(w), n, in_width, out_width);
  }
  void attention_forward(Activation* out, float* lse, const Activation* qkv,
                         const AttentionShape& shape) override {
    cpu::attention_forward(threads_, scratch(cpu::attention_scratch(threads_, shape)), real<T>(out),
                           lse, real<T>(qkv), shape);
  }
  void attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                          const float* lse, const Activation* qkv,
                          const AttentionShape& shape) override {
    cpu::attention_backward(threads_, scratch(cpu::attention_scratch(threads_, shape)),
                            real<T>(dqkv), real<T>(dout), real<T>(out), lse, real<T>(qkv), shape);
  }
  void lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                     const float* wte, const std::uint16_t* tokens, const LmHeadShape& shape,
                     const LossTerms& terms) override {
    use_threads();
    cpu::lm_head_train(threads_, scratch(cpu::lm_head_scratch(shape)), loss, real<T>(dx), dwte,
                       real<T>(x), weights_.of(wte), tokens, shape, terms);
  }
  void lm_head_losses(float* losses, const Activation* x, const float* wte,
                      const std::uint16_t* tokens, const LmHeadShape& shape) override {
    use_threads();
    cpu::lm_head_losses(threads_, scratch(cpu::lm_head_scratch(shape)), losses, real<T>(x),
                        weights_.of(wte), tokens, shape);
  }
  void lm_head_logits(float* logits, const Activation* x, const float* wte,
                      const LmHeadShape& s) override {
    use_threads();
    cpu::lm_head_logits(logits, real<T>(x), weights_.of(wte), s);
  }
  void adamw(float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step) override {
    cpu::adamw(threads_, p, m, v, g, n, step);
  }
  double sum_of_squares(const float* x, Dim n) override {
    return cpu::sum_of_squares(threads_, x, n);
  }
  void add(float* to, const float* x, Dim n) override { cpu::add(threads_, to, x, n); }
  void scale(float* x, float factor, Dim n) override { cpu::scale(threads_, x, factor, n); }

 private:
  /// oneDNN uses as many threads as OpenMP would. Not set back afterwards: a team that changes its
  /// size with every call spends five times the work's time on waiting where cores are shared.
  void use_threads() const { omp_set_num_threads(threads_); }

  /// At least `floats`; what it held before is gone.
  float* scratch(Dim floats) {
    if (scratch_.bytes() < static_cast<std::size_t>(floats) * sizeof(float)) {
      scratch_ = Buffer();  // first, so that both are never there at once
      scratch_ = Buffer::floats(*this, floats);
    }
    return scratch_.as<float>();
  }

  int threads_;
  Buffer scratch_;
  Weights<T> weights_;
};

}  // namespace

std::size_t cpu_scratch_bytes(Precision precision, Dim vocab, Dim positions, Dim parameters) {
  LmHeadShape shape;
  shape.rows = 1;
  shape.seq_len = positions;
  shape.vocab = vocab;
  const Dim copy = precision == Precision::kBf16 ? parameters : 0;
  return static_cast<std::size_t>(cpu::lm_head_scratch(shape)) * sizeof(float) +
         static_cast<std::size_t>(copy) * sizeof(Bf16);
}

Bf16Support bf16_support() { return bf16_products(); }

std::unique_ptr<Ops> make_cpu_ops(int threads, Precision precision) {
  if (threads < 0) throw UsageError(str_cat("a CPU device cannot have ", threads, " threads"));
  kernels();  // the choice may be refused: here, not inside a parallel loop
  if (precision == Precision::kF32) return std::make_unique<CpuOps<float>>(threads);
  if (bf16_support() == Bf16Support::kNone) {
    throw UsageError(
        "this processor has no products of bf16 (AVX512-BF16 or AMX); use --trainer.mp f32");
  }
  return std::make_unique<CpuOps<Bf16>>(threads);
}

}  // namespace amt
