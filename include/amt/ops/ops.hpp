// The whole of what a device can do for the model and the optimiser. C++17, plain pointers: a GPU
// plug-in includes it.
//
// Conventions of every call:
//  - All calls are local to the process, and made by one thread at a time.
//  - Work is queued in order; a call may return before its work is done. Only to_host(),
//    synchronise(), lap_seconds() and sum_of_squares() wait for the device.
//  - Pointers are device memory of this Ops unless a comment says host. Arrays are row-major and
//    dense. n counts positions: rows * seq_len.
//  - Parameters, their gradients, moments, statistics and losses are fp32 (the loss sum fp64);
//    matrix operands and stored activations have the device's own type, Activation.
//  - `dx = ` overwrites, `dw += ` adds. Outputs do not overlap inputs unless a comment allows it.
//  - The same inputs on the same device and with the same threads give the same bits.
// The specification of the compute calls is the plain code in amt/ops/plain/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "amt/ops/dropout.hpp"

namespace amt {

/// An element of the device's compute type: fp32 or bf16 on the CPU, bf16 on a GPU. Only ever
/// pointed to.
struct Activation;

using Dim = std::int64_t;

struct AttentionShape {
  Dim rows = 0, seq_len = 0, heads = 0, head_dim = 0;
  float scale = 1;  ///< multiplies q.k: 1 / sqrt(head_dim), with the layer's factor
};

struct LmHeadShape {
  Dim rows = 0, seq_len = 0, width = 0;
  Dim vocab = 0;         ///< tokens: columns of the softmax
  Dim padded_vocab = 0;  ///< rows of wte as stored; those from `vocab` on never matter or change
};

/// What the LM head minimises: scale x sum over positions of -log p + log_z_regularization x
/// log(z)^2, z the sum of exp of a position's logits (the z-loss of PaLM, arXiv 2204.02311).
struct LossTerms {
  LossTerms(float scale_, float log_z_regularization_ = 0)
      : scale(scale_), log_z_regularization(log_z_regularization_) {}
  float scale;
  float log_z_regularization;
};

struct AdamWStep {
  double learning_rate = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
  double gradient_scale = 1;  ///< multiplies the gradients first: clipping
  std::int64_t update = 1;    ///< 1 for the first update: the exponent of the bias corrections
};

class Ops {
 public:
  virtual ~Ops() = default;

  /// "CPU, 8 threads, oneDNN 2.6.3"
  virtual std::string description() const = 0;
  /// Size of one Activation in bytes.
  virtual std::size_t activation_bytes() const = 0;

  // --- Memory. Buffer (amt/ops/buffer.hpp) owns what allocate() returns. ---

  /// Aligned to 64 bytes at least, not initialised. Error that says how much was asked for.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  /// From host memory, which may be reused as soon as the call returns.
  virtual void to_device(void* device, const void* host, std::size_t bytes) = 0;
  /// Waits until the bytes are in host memory.
  virtual void to_host(void* host, const void* device, std::size_t bytes) = 0;
  virtual void zero(void* device, std::size_t bytes) = 0;
  /// Waits until everything queued is done; errors of queued work are thrown here at the latest.
  virtual void synchronise() = 0;

  // --- A lap: the time that the device takes for what is queued between two calls. ---

  virtual void start_lap() = 0;
  virtual void end_lap() = 0;
  /// Seconds of the last lap. Waits for its end.
  virtual double lap_seconds() = 0;

  /// Tells the device that parameters[0, count) have changed: a device that computes in another
  /// type than fp32 refreshes its copy. The weights given to the calls below lie inside the range
  /// that was prepared last.
  virtual void prepare_weights(const float* parameters, Dim count) = 0;

  // --- Embedding ---

  /// out [n, width] = dropout(wte[tokens[i]] + wpe[i % seq_len]).
  virtual void embedding_forward(Activation* out, const std::uint16_t* tokens, const float* wte,
                                 const float* wpe, Dim rows, Dim seq_len, Dim width,
                                 const Dropout& dropout) = 0;
  /// dwte [., width] += and dwpe [seq_len, width] +=, from dx [n, width]. `by_token` [n] lists the
  /// positions in order of their token, equal tokens in order of position: it fixes the order of
  /// sums.
  virtual void embedding_backward(float* dwte, float* dwpe, const Activation* dx,
                                  const std::uint16_t* tokens, const std::int32_t* by_token,
                                  Dim rows, Dim seq_len, Dim width, const Dropout& dropout) = 0;

  // --- Residual + dropout + layer norm, eps 1e-5 ---

  /// residual = x + dropout(y), out = layer norm of residual as stored; all [n, width]. With y
  /// null: residual is not written, out = layer norm of x. mean, rstd [n]. residual may be x.
  virtual void layernorm_forward(Activation* out, Activation* residual, float* mean, float* rstd,
                                 const Activation* x, const Activation* y, const float* w,
                                 const float* b, Dim n, Dim width, const Dropout& dropout) = 0;
  /// dresidual = (add ? dresidual : 0) + the layer norm's gradient; dw +=, db +=; with dy not null,
  /// dy = gradient of y. `residual` is what was normalised (x itself if y was null). dy may be
  /// dout.
  virtual void layernorm_backward(Activation* dresidual, Activation* dy, float* dw, float* db,
                                  const Activation* dout, const Activation* residual,
                                  const float* mean, const float* rstd, const float* w, Dim n,
                                  Dim width, bool add, const Dropout& dropout) = 0;

  // --- Linear: w [in, out] as in Hugging Face's Conv1D ---

  /// out [n, out_width] = x [n, in_width] w + b. With `pre` not null: pre = x w + b and
  /// out = gelu(pre), tanh form.
  virtual void linear_forward(Activation* out, Activation* pre, const Activation* x, const float* w,
                              const float* b, Dim n, Dim in_width, Dim out_width) = 0;
  /// dx [n, in_width] = dout w^T; dw += x^T dout; db += column sums of dout. With `pre` not null, x
  /// was gelu(pre) and dx becomes the gradient of pre.
  virtual void linear_backward(Activation* dx, float* dw, float* db, const Activation* dout,
                               const Activation* x, const Activation* pre, const float* w, Dim n,
                               Dim in_width, Dim out_width) = 0;

  // --- Causal attention, qkv [rows, seq_len, 3, heads, head_dim] ---

  /// out [rows, seq_len, heads, head_dim]; lse [rows, heads, seq_len]: log of the sum of exp of the
  /// scaled scores.
  virtual void attention_forward(Activation* out, float* lse, const Activation* qkv,
                                 const AttentionShape& shape) = 0;
  /// dqkv = gradient, in the layout of qkv.
  virtual void attention_backward(Activation* dqkv, const Activation* dout, const Activation* out,
                                  const float* lse, const Activation* qkv,
                                  const AttentionShape& shape) = 0;

  // --- LM head and cross-entropy: logits = x wte^T, by blocks of positions, never stored whole.
  // --- tokens [rows, seq_len]; position t predicts tokens[t + 1], the last position predicts
  // nothing.

  /// *loss += what `terms` says; dx [n, width] = its gradient; dwte += its gradient.
  virtual void lm_head_train(double* loss, Activation* dx, float* dwte, const Activation* x,
                             const float* wte, const std::uint16_t* tokens,
                             const LmHeadShape& shape, const LossTerms& terms) = 0;
  /// losses [rows, seq_len - 1] = -log p, nats.
  virtual void lm_head_losses(float* losses, const Activation* x, const float* wte,
                              const std::uint16_t* tokens, const LmHeadShape& shape) = 0;
  /// logits [rows, seq_len, vocab], fp32.
  virtual void lm_head_logits(float* logits, const Activation* x, const float* wte,
                              const LmHeadShape& shape) = 0;

  // --- Flat fp32 buffers ---

  /// One AdamW update of p, m, v [n] with gradients g (spec/training.md, "Optimiser"):
  /// p -= learning_rate * (m_hat / (sqrt(v_hat) + epsilon) + weight_decay * p). All zero stays
  /// zero.
  virtual void adamw(float* p, float* m, float* v, const float* g, Dim n,
                     const AdamWStep& step) = 0;
  /// Sum of x[i]^2 in fp64, in an order that follows from n alone. Waits for the device.
  virtual double sum_of_squares(const float* x, Dim n) = 0;
  /// to += x
  virtual void add(float* to, const float* x, Dim n) = 0;
  virtual void scale(float* x, float factor, Dim n) = 0;
};

/// `p` moved on by `elements`.
inline Activation* offset(const Ops& ops, Activation* p, Dim elements) {
  return reinterpret_cast<Activation*>(reinterpret_cast<char*>(p) +
                                       elements * static_cast<Dim>(ops.activation_bytes()));
}

}  // namespace amt
