#include "cuda_ops.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "attention.hpp"
#include "device_memory.hpp"
#include "launch.hpp"
#include "matmul.hpp"
#include "shapes.hpp"

namespace amt::cuda {
namespace {

Bf16* real(Activation* p) { return reinterpret_cast<Bf16*>(p); }
const Bf16* real(const Activation* p) { return reinterpret_cast<const Bf16*>(p); }

void check_width(Dim width) {
  if (width % kWidthUnit == 0 && width <= kLargestWidth) return;
  throw UsageError(str_cat("model.hidden_dim is ", width, ": on a GPU it must be a multiple of ",
                           kWidthUnit, " and at most ", kLargestWidth,
                           "; change it, or use --device cpu"));
}

/// The bf16 copy of the flat buffer of parameters, for products.
class Weights {
 public:
  explicit Weights(Ops& ops) : ops_(ops) {}
  void prepare(cudaStream_t stream, const float* parameters, Dim count) {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(Bf16);
    if (copy_.bytes() != bytes) {
      copy_ = Buffer();
      copy_ = Buffer(ops_, bytes);
    }
    launch_to_bf16(stream, copy_.as<Bf16>(), parameters, count);
    parameters_ = parameters;
    count_ = count;
  }
  const Bf16* of(const float* weights) const {
    if (weights < parameters_ || weights >= parameters_ + count_) {
      throw Error(
          "weights were used on the GPU that were not prepared: this is a bug in amt, please "
          "report it");
    }
    return copy_.as<Bf16>() + (weights - parameters_);
  }

 private:
  Ops& ops_;
  Buffer copy_;
  const float* parameters_ = nullptr;
  Dim count_ = 0;
};

class GpuOps final : public DeviceMemoryOps {
 public:
  GpuOps(const OpsOptions& options, Dim logits_bytes)
      : DeviceMemoryOps(options.device),
        logits_bytes_(logits_bytes),
        weights_(*this),
        partial_(*this),
        logits_(*this),
        matmul_(*this),
        attention_(*this, options.attention),
        sum_(make_pinned(sizeof(double))) {}

  std::string description() const override {
    return str_cat(device_name(device()), " (device ", device(), "), bf16, cuBLASLt ",
                   Matmul::version(), ", ", attention_.description());
  }
  std::size_t activation_bytes() const override { return sizeof(Bf16); }

  void prepare_weights(const float* parameters, Dim count) override {
    const Call call(device(), "prepare_weights");
    weights_.prepare(stream(), parameters, count);
  }

  void embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                         const float* wpe, Dim rows, Dim seq_len, Dim width,
                         const Dropout& dropout) override {
    const Call call(device(), "embedding_forward");
    check_width(width);
    launch_embedding_forward(stream(), real(out), tokens, wte, wpe, rows * seq_len, seq_len, width,
                             dropout);
  }

  void embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                          const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                          Dim seq_len, Dim width, const Dropout& dropout) override {
    const Call call(device(), "embedding_backward");
    check_width(width);
    const Dim n = rows * seq_len;
    launch_position_gradient(stream(), dwpe, real(dx), rows, seq_len, width, dropout);
    launch_token_gradient(stream(), dwte, partial_.of<float>(token_pieces(n) * 2 * width), real(dx),
                          tokens, by_token, n, width, dropout);
  }

  void layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                         const Activation* x, const Activation* y, const float* w, const float* b,
                         Dim n, Dim width, const Dropout& dropout) override {
    const Call call(device(), "layernorm_forward");
    check_width(width);
    launch_layernorm_forward(stream(), real(out), real(residual), mean, rstd, real(x), real(y), w,
                             b, n, width, dropout);
  }

  void layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                          const Activation* dout, const Activation* residual, const float* mean,
                          const float* rstd, const float* w, Dim n, Dim width, bool add,
                          const Dropout& dropout) override {
    const Call call(device(), "layernorm_backward");
    check_width(width);
    const Dim shares = shares_of(n).count;
    float* partial = partial_.of<float>(shares * 2 * width);
    launch_layernorm_backward(stream(), real(dresidual), real(dy), partial, real(dout),
                              real(residual), mean, rstd, w, n, width, add, dropout);
    launch_add_pairs(stream(), dw, db, partial, shares, width);
  }

  void linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                      const float* b, Dim n, Dim in_width, Dim out_width) override {
    const Call call(device(), "linear_forward");
    matmul_.run(plan_linear_forward(n, in_width, out_width, pre != nullptr),
                {weights_.of(w), x, out, weights_.of(b), pre});
  }

  void linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                       const Activation* x, const Activation* pre, const float* w, Dim n,
                       Dim in_width, Dim out_width) override {
    const Call call(device(), "linear_backward");
    matmul_.run(plan_linear_input(n, in_width, out_width, pre != nullptr),
                {weights_.of(w), dout, dx, nullptr, const_cast<Activation*>(pre)});
    matmul_.run(plan_linear_weight(n, in_width, out_width), {dout, x, dw});
    launch_column_sums(stream(), db, partial_.of<float>(shares_of(n).count * out_width), real(dout),
                       n, out_width);
  }

  void attention_forward(Activation* out, float* lse, const Activation* qkv,
                         const AttentionShape& shape) override {
    const Call call(device(), "attention_forward");
    attention_.forward(real(out), lse, real(qkv), shape);
  }

  void attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                          const float* lse, const Activation* qkv,
                          const AttentionShape& shape) override {
    const Call call(device(), "attention_backward");
    attention_.backward(real(dqkv), real(dout), real(out), lse, real(qkv), shape);
  }

  void lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                     const float* wte, const std::uint16_t* tokens, const LmHeadShape& s,
                     const LossTerms& terms) override {
    const Call call(device(), "lm_head_train");
    const Dim n = s.rows * s.seq_len, width = s.width, padded = s.padded_vocab;
    float* losses = partial_.of<float>(n);
    for_blocks<Bf16>(s, [&](Bf16* logits, Dim begin, Dim count) {
      const Bf16* block = real(x) + begin * width;
      matmul_.run(plan_logits(count, padded, width, Element::kBf16),
                  {weights_.of(wte), block, logits});
      launch_loss_and_gradient(stream(), losses + begin, logits, tokens, begin, count, s, terms);
      matmul_.run(plan_logits_input(count, padded, width),
                  {weights_.of(wte), logits, real(dx) + begin * width});
      matmul_.run(plan_logits_weight(count, padded, width), {block, logits, dwte});
    });
    launch_add_sum(stream(), loss, losses, n, static_cast<double>(terms.scale));
  }

  void lm_head_losses(float* losses, const Activation* x, const float* wte,
                      const std::uint16_t* tokens, const LmHeadShape& s) override {
    const Call call(device(), "lm_head_losses");
    for_blocks<Bf16>(s, [&](Bf16* logits, Dim begin, Dim count) {
      matmul_.run(plan_logits(count, s.padded_vocab, s.width, Element::kBf16),
                  {weights_.of(wte), real(x) + begin * s.width, logits});
      launch_position_losses(stream(), losses, logits, tokens, begin, count, s);
    });
  }

  void lm_head_logits(float* logits, const Activation* x, const float* wte,
                      const LmHeadShape& s) override {
    const Call call(device(), "lm_head_logits");
    const auto bytes = [](Dim columns) {
      return static_cast<std::size_t>(columns) * sizeof(float);
    };
    for_blocks<float>(s, [&](float* padded, Dim begin, Dim count) {
      matmul_.run(plan_logits(count, s.padded_vocab, s.width, Element::kFloat),
                  {weights_.of(wte), real(x) + begin * s.width, padded});
      check(cudaMemcpy2DAsync(logits + begin * s.vocab, bytes(s.vocab), padded,
                              bytes(s.padded_vocab), bytes(s.vocab),
                              static_cast<std::size_t>(count), cudaMemcpyDeviceToDevice, stream()),
            "leaving out the vocabulary's padding");
    });
  }

  void adamw(float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step) override {
    const Call call(device(), "adamw");
    launch_adamw(stream(), p, m, v, g, n, step);
  }

  double sum_of_squares(const float* x, Dim n) override {
    const Call call(device(), "sum_of_squares");
    double* total = partial_.of<double>(1 + sum_blocks(n));
    launch_sum_of_squares(stream(), total, total + 1, x, n);
    check(cudaMemcpyAsync(sum_.get(), total, sizeof(double), cudaMemcpyDeviceToHost, stream()),
          "copying a sum to the host");
    check(cudaStreamSynchronize(stream()), "waiting for a sum");
    return *reinterpret_cast<const double*>(sum_.get());
  }

  void add(float* to, const float* x, Dim n) override {
    const Call call(device(), "add");
    launch_add(stream(), to, x, n);
  }

  void scale(float* x, float factor, Dim n) override {
    const Call call(device(), "scale");
    launch_scale(stream(), x, factor, n);
  }

 private:
  /// f(logits [count, padded_vocab], begin, count) for the blocks of positions
  /// [begin, begin + count), all with the same scratch; logits are of type T.
  template <class T, class F>
  void for_blocks(const LmHeadShape& s, const F& f) {
    const Dim n = s.rows * s.seq_len;
    const Dim block = lm_head_block(n, s.padded_vocab * Dim{sizeof(T)}, logits_bytes_);
    T* logits = logits_.of<T>(block * s.padded_vocab);
    for (Dim begin = 0; begin < n; begin += block) f(logits, begin, std::min(block, n - begin));
  }

  Dim logits_bytes_;
  Weights weights_;
  Scratch partial_;  ///< sums of shares, within a call
  Scratch logits_;
  Matmul matmul_;
  AttentionChoice attention_;
  Pinned sum_;  ///< one double
};

}  // namespace

std::unique_ptr<CudaOps> make_cuda_ops(const OpsOptions& options, Dim logits_bytes) {
  return std::make_unique<GpuOps>(options, logits_bytes);
}

}  // namespace amt::cuda
