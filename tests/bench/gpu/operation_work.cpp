#include "operation_work.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr double kActivation = 2, kFloat = 4;  // bytes

double product(Dim a, Dim b) { return static_cast<double>(a) * static_cast<double>(b); }

/// Returns the FLOPs of one of attention's causal products: the scores, or the weighted values.
double attention_product(const AttentionShape& s) {
  const double pairs = product(s.query_len, 2 * s.first_query() + s.query_len + 1) / 2;
  return 2 * pairs * static_cast<double>(s.rows * s.heads * s.head_dim);
}

/// Returns the bytes of attention's arrays if each of q, out, k and v (or its gradient) crosses the
/// bus `pairs` times.
double attention_arrays(const AttentionShape& s, double pairs) {
  return pairs * kActivation * product(s.rows * (s.query_len + s.key_len), s.heads * s.head_dim);
}

double embedding_rows(Dim rows, Dim length, Dim width) { return product(rows * length, width); }

}  // namespace

Work work_of(const EmbeddingForward& op) {
  return {0, (2 * kFloat + kActivation) * embedding_rows(op.rows, op.length, op.width)};
}
Work work_of(const EmbeddingBackward& op) {
  return {0, (4 * kFloat + kActivation) * embedding_rows(op.rows, op.length, op.width)};
}
Work work_of(const LayerNormForward& op) {
  return {0, (op.y != nullptr ? 4 : 2) * kActivation * product(op.n, op.width)};
}
Work work_of(const LayerNormBackward& op) {
  const int arrays = 3 + (op.dy != nullptr ? 1 : 0) + (op.add ? 1 : 0);
  return {0, arrays * kActivation * product(op.n, op.width)};
}
Work work_of(const LinearForward& op) {
  const double arrays = product(op.n, op.in_width) + product(op.in_width, op.out_width) +
                        (op.pre != nullptr ? 2 : 1) * product(op.n, op.out_width);
  return {2 * product(op.n, op.in_width) * static_cast<double>(op.out_width), kActivation * arrays};
}
Work work_of(const LinearBackward& op) {
  const double weights = product(op.in_width, op.out_width);
  const double arrays = 2 * product(op.n, op.in_width) + weights + product(op.n, op.out_width);
  const double pre = op.pre != nullptr ? product(op.n, op.in_width) : 0;
  return {4 * product(op.n, op.in_width) * static_cast<double>(op.out_width),
          kActivation * (arrays + pre) + 2 * kFloat * weights};
}
Work work_of(const AttentionForward& op) {
  return {2 * attention_product(op.shape), attention_arrays(op.shape, 2)};
}
Work work_of(const AttentionBackward& op) {
  return {5 * attention_product(op.shape), attention_arrays(op.shape, 4)};
}
Work work_of(const LmHeadTrain& op) {
  const LmHeadShape& s = op.shape;
  const Dim n = s.rows * s.seq_len;
  const double weights = product(s.padded_vocab, s.width);
  return {6 * product(n, s.width) * static_cast<double>(s.vocab),
          kActivation * (2 * product(n, s.width) + weights) + 2 * kFloat * weights};
}
/// Includes the copy of the weights.
Work work_of(const AdamW& op) { return {0, (7 * kFloat + 2) * static_cast<double>(op.n)}; }
Work work_of(const Muon& op) {
  const Dim side = std::min(op.rows, op.columns);
  const double matrix = product(op.rows, op.columns), square = product(side, side);
  const double round = kActivation * (3 * matrix + 5 * square);
  return {muon_flops(op.rows, op.columns),
          (6 * kFloat + 2) * matrix + MuonPolynomial::kTimes * round};
}
Work work_of(const SumOfSquares& op) { return {0, kFloat * static_cast<double>(op.n)}; }

double roof_seconds(const Work& work, double flops_per_second, double bytes_per_second) {
  const double computing = flops_per_second > 0 ? work.flops / flops_per_second : 0;
  const double moving = bytes_per_second > 0 ? work.bytes / bytes_per_second : 0;
  return std::max(computing, moving);
}

}  // namespace amt
