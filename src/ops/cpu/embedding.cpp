#include <vector>

#include "cpu_calls.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {

RowDropout row_dropout(const Dropout& dropout, Dim i, Dim width) {
  const PhiloxCounter c = dropout_counter(dropout, i, width);
  const PhiloxKey key = philox_key(dropout.seed);
  const std::uint32_t threshold = dropout_threshold(dropout.rate);
  return {{c[0], c[1], c[2], c[3]}, {key.lo, key.hi}, threshold, dropout_scale(threshold)};
}

template <class T>
void embedding_forward(int threads, T* out, const std::uint16_t* tokens, const float* wte,
                       const float* wpe, Dim rows, Dim seq_len, Dim width, const Dropout& dropout) {
  const Kernels& k = kernels();
  const RowDropout off = row_dropout({}, 0, width);
  parallel_for(threads, rows * seq_len, [&](Dim i) {
    float* row = begin_row(out + i * width, 0, width);
    k.add_dropout(row, wte + tokens[i] * width, wpe + i % seq_len * width, width, off);
    if (dropout.rate > 0) k.dropout(row, row, width, row_dropout(dropout, i, width));
    store_row(out + i * width, row, width);
  });
}

namespace {

/// dw [width] += dropout(dx) of position i, dx [n, width].
template <class T>
void add_masked(float* dw, const T* dx, Dim i, Dim width, const Dropout& dropout) {
  float* masked = scratch_row(0, width);
  kernels().dropout(masked, read_row(dx + i * width, 1, width), width,
                    row_dropout(dropout, i, width));
  kernels().add(dw, masked, width);
}

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

template <class T>
void embedding_backward(int threads, float* dwte, float* dwpe, const T* dx,
                        const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                        Dim seq_len, Dim width, const Dropout& dropout) {
  parallel_for(threads, seq_len, [&](Dim t) {
    for (Dim row = 0; row < rows; ++row) {
      add_masked(dwpe + t * width, dx, row * seq_len + t, width, dropout);
    }
  });
  const std::vector<Dim> starts = segments(tokens, by_token, rows * seq_len);
  parallel_for_uneven(threads, static_cast<Dim>(starts.size()) - 1, [&](Dim s) {
    float* dw = dwte + tokens[by_token[starts[s]]] * width;
    for (Dim i = starts[s]; i < starts[s + 1]; ++i) {
      add_masked(dw, dx, by_token[i], width, dropout);
    }
  });
}

template void embedding_forward(int, float*, const std::uint16_t*, const float*, const float*, Dim,
                                Dim, Dim, const Dropout&);
template void embedding_forward(int, Bf16*, const std::uint16_t*, const float*, const float*, Dim,
                                Dim, Dim, const Dropout&);
template void embedding_backward(int, float*, float*, const float*, const std::uint16_t*,
                                 const std::int32_t*, Dim, Dim, Dim, const Dropout&);
template void embedding_backward(int, float*, float*, const Bf16*, const std::uint16_t*,
                                 const std::int32_t*, Dim, Dim, Dim, const Dropout&);

}  // namespace amt::cpu
