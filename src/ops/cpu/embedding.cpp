#include <vector>

#include "cpu_calls.hpp"
#include "parallel.hpp"

namespace amt::cpu {

RowDropout row_dropout(const Dropout& dropout, Dim i, Dim width) {
  const PhiloxCounter c = dropout_counter(dropout, i, width);
  const PhiloxKey key = philox_key(dropout.seed);
  const std::uint32_t threshold = dropout_threshold(dropout.rate);
  return {{c[0], c[1], c[2], c[3]}, {key.lo, key.hi}, threshold, dropout_scale(threshold)};
}

void embedding_forward(int threads, float* out, const std::uint16_t* tokens, const float* wte,
                       const float* wpe, Dim rows, Dim seq_len, Dim width, const Dropout& dropout) {
  const Kernels& k = kernels();
  const RowDropout off = row_dropout({}, 0, width);
  parallel_for(threads, rows * seq_len, [&](Dim i) {
    float* row = out + i * width;
    k.add_dropout(row, wte + tokens[i] * width, wpe + i % seq_len * width, width, off);
    if (dropout.rate > 0) k.dropout(row, row, width, row_dropout(dropout, i, width));
  });
}

namespace {

/// dw [width] += dropout(dx) of the positions, in their order.
class MaskedSum {
 public:
  MaskedSum(const float* dx, Dim width, const Dropout& dropout)
      : dx_(dx), width_(width), dropout_(dropout), masked_(static_cast<std::size_t>(width)) {}
  void add(float* dw, Dim i) {
    kernels().dropout(masked_.data(), dx_ + i * width_, width_, row_dropout(dropout_, i, width_));
    kernels().add(dw, masked_.data(), width_);
  }

 private:
  const float* dx_;
  Dim width_;
  const Dropout& dropout_;
  std::vector<float> masked_;
};

/// Where each run of equal tokens starts in by_token, and n at the end.
std::vector<Dim> segments(const std::uint16_t* tokens, const std::int32_t* by_token, Dim n) {
  std::vector<Dim> starts;
  for (Dim i = 0; i < n; ++i) {
    if (i == 0 || tokens[by_token[i]] != tokens[by_token[i - 1]]) starts.push_back(i);
  }
  starts.push_back(n);
  return starts;
}

}  // namespace

void embedding_backward(int threads, float* dwte, float* dwpe, const float* dx,
                        const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                        Dim seq_len, Dim width, const Dropout& dropout) {
  parallel_for(threads, seq_len, [&](Dim t) {
    MaskedSum sum(dx, width, dropout);
    for (Dim row = 0; row < rows; ++row) sum.add(dwpe + t * width, row * seq_len + t);
  });
  const std::vector<Dim> starts = segments(tokens, by_token, rows * seq_len);
  parallel_for_uneven(threads, static_cast<Dim>(starts.size()) - 1, [&](Dim s) {
    MaskedSum sum(dx, width, dropout);
    float* dw = dwte + tokens[by_token[starts[s]]] * width;
    for (Dim i = starts[s]; i < starts[s + 1]; ++i) sum.add(dw, by_token[i]);
  });
}

}  // namespace amt::cpu
