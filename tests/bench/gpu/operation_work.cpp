#include "operation_work.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr double kActivation = 2, kFloat = 4;  // bytes

double product(Dim a, Dim b) { return static_cast<double>(a) * static_cast<double>(b); }

/// Scores or sums of values, causal, of one of attention's products.
double attention_product(const AttentionShape& s) {
  const double pairs = product(s.seq_len, s.seq_len + 1) / 2;
  return 2 * pairs * static_cast<double>(s.rows * s.heads * s.head_dim);
}

double attention_array(const AttentionShape& s) {  // one of q, k, v, out
  return kActivation * product(s.rows * s.seq_len, s.heads * s.head_dim);
}

}  // namespace

Work embedding_forward_work(Dim n, Dim width) {
  return {0, (2 * kFloat + kActivation) * product(n, width)};
}
Work embedding_backward_work(Dim n, Dim width) {
  return {0, (4 * kFloat + kActivation) * product(n, width)};
}
Work layernorm_forward_work(Dim n, Dim width, bool with_y) {
  return {0, (with_y ? 4 : 2) * kActivation * product(n, width)};
}
Work layernorm_backward_work(Dim n, Dim width, bool with_dy, bool add) {
  return {0, (3 + (with_dy ? 1 : 0) + (add ? 1 : 0)) * kActivation * product(n, width)};
}
Work linear_forward_work(Dim n, Dim in, Dim out, bool gelu) {
  const double arrays = product(n, in) + product(in, out) + (gelu ? 2 : 1) * product(n, out);
  return {2 * product(n, in) * static_cast<double>(out), kActivation * arrays};
}
Work linear_backward_work(Dim n, Dim in, Dim out, bool gelu) {
  const double arrays = 2 * product(n, in) + product(in, out) + product(n, out);
  const double pre = gelu ? product(n, in) : 0;
  return {4 * product(n, in) * static_cast<double>(out),
          kActivation * (arrays + pre) + 2 * kFloat * product(in, out)};
}
Work attention_forward_work(const AttentionShape& s) {
  return {2 * attention_product(s), 4 * attention_array(s)};
}
Work attention_backward_work(const AttentionShape& s) {
  return {5 * attention_product(s), 8 * attention_array(s)};
}
Work lm_head_train_work(const LmHeadShape& s) {
  const Dim n = s.rows * s.seq_len;
  const double weights = product(s.padded_vocab, s.width);
  return {6 * product(n, s.width) * static_cast<double>(s.vocab),
          kActivation * (2 * product(n, s.width) + weights) + 2 * kFloat * weights};
}
Work adamw_work(Dim n) { return {0, 7 * kFloat * static_cast<double>(n)}; }

double roof_seconds(const Work& work, double flops_per_second, double bytes_per_second) {
  const double computing = flops_per_second > 0 ? work.flops / flops_per_second : 0;
  const double moving = bytes_per_second > 0 ? work.bytes / bytes_per_second : 0;
  return std::max(computing, moving);
}

}  // namespace amt
