#include "product_rate.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "amt/gemm/gemm.hpp"

namespace amt {
namespace {

constexpr Dim kHeadBlock = 512;  // positions per block in the LM head, as in lm_head.cpp

double linear_gflop(const ModelConfig& c) {
  const double h = c.hidden_dim, layers = c.num_layers;
  return 6e-9 * c.seq_len * (12 * h * h * layers + h * c.vocab_size);
}

double attention_gflop(const ModelConfig& c) {
  return 6e-9 * c.seq_len * c.seq_len * c.hidden_dim * c.num_layers;
}

/// Returns the seconds that a linear layer's three products take, the best of three measurements.
template <class T>
double linear_seconds(Dim n, Dim in, Dim out) {
  std::vector<T> x(static_cast<std::size_t>(n * in)), w(static_cast<std::size_t>(in * out));
  std::vector<T> y(static_cast<std::size_t>(n * out));
  std::vector<float> dw(w.size());
  double best = 1e9;
  for (int i = 0; i < 4; ++i) {
    const auto start = std::chrono::steady_clock::now();
    gemm(y.data(), out, n, out, in, matrix(x.data(), in), matrix(w.data(), out));
    gemm(x.data(), in, n, in, out, matrix(y.data(), out), transposed(w.data(), out));
    gemm(dw.data(), out, in, out, n, transposed(x.data(), in), matrix(y.data(), out), Write::kAdd);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  return best;
}

/// Returns the seconds that the LM head's products take for kHeadBlock positions.
template <class T>
double head_seconds(Dim width, Dim vocab) {
  std::vector<T> x(static_cast<std::size_t>(kHeadBlock * width));
  std::vector<T> wte(static_cast<std::size_t>(vocab * width)),
      d(static_cast<std::size_t>(kHeadBlock * vocab));
  std::vector<float> logits(d.size()), dwte(wte.size());
  double best = 1e9;
  for (int i = 0; i < 4; ++i) {
    const auto start = std::chrono::steady_clock::now();
    gemm(logits.data(), vocab, kHeadBlock, vocab, width, matrix(x.data(), width),
         transposed(wte.data(), width));
    gemm(x.data(), width, kHeadBlock, width, vocab, matrix(d.data(), vocab),
         matrix(wte.data(), width));
    gemm(dwte.data(), width, vocab, width, kHeadBlock, transposed(d.data(), vocab),
         matrix(x.data(), width), Write::kAdd);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  return best;
}

template <class T>
double seconds(const ModelConfig& c, int rows) {
  const Dim n = Dim{rows} * c.seq_len, h = c.hidden_dim;
  const double layer = linear_seconds<T>(n, h, 3 * h) + linear_seconds<T>(n, h, h) +
                       linear_seconds<T>(n, h, 4 * h) + linear_seconds<T>(n, 4 * h, h);
  const double head = head_seconds<T>(h, (c.vocab_size + 15) / 16 * 16) * static_cast<double>(n) /
                      static_cast<double>(kHeadBlock);
  const double linear = layer * c.num_layers + head;
  return linear * (1 + attention_gflop(c) / linear_gflop(c));
}

}  // namespace

double products_gflop(const ModelConfig& c) { return linear_gflop(c) + attention_gflop(c); }

double product_seconds(const ModelConfig& config, int rows, Precision precision, int threads) {
  omp_set_num_threads(threads);
  return precision == Precision::kBf16 ? seconds<Bf16>(config, rows) : seconds<float>(config, rows);
}

}  // namespace amt
