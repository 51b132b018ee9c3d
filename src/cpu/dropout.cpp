// Dropout masks, computed many Philox blocks at a time.
#include "dropout.hpp"

#ifdef AMT_ISA

namespace amt::cpu::AMT_ISA {
namespace {

constexpr int kBlocks = 64;                   // Philox blocks computed at once
constexpr std::int64_t kChunk = 8 * kBlocks;  // channels that these blocks cover

/// words[4 b + w] = word w of the block with counter[0] + first + b. Read as 16-bit halves, these
/// are the channels' bits in order (on a little-endian machine, which instruction_sets.cpp checks).
void philox_words(std::uint32_t* words, const RowDropout& d, std::uint32_t first) {
  std::uint32_t c0[kBlocks], c1[kBlocks], c2[kBlocks], c3[kBlocks];
  for (std::uint32_t b = 0; b < kBlocks; ++b) {
    c0[b] = d.counter[0] + first + b;
    c1[b] = d.counter[1];
    c2[b] = d.counter[2];
    c3[b] = d.counter[3];
  }
  std::uint32_t key0 = d.key[0], key1 = d.key[1];
  for (int round = 0; round < 10; ++round) {
    for (int b = 0; b < kBlocks; ++b) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0[b];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2[b];
      c0[b] = static_cast<std::uint32_t>(p1 >> 32) ^ c1[b] ^ key0;
      c1[b] = static_cast<std::uint32_t>(p1);
      c2[b] = static_cast<std::uint32_t>(p0 >> 32) ^ c3[b] ^ key1;
      c3[b] = static_cast<std::uint32_t>(p0);
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int b = 0; b < kBlocks; ++b) {
    words[4 * b] = c0[b];
    words[4 * b + 1] = c1[b];
    words[4 * b + 2] = c2[b];
    words[4 * b + 3] = c3[b];
  }
}

/// Sets factors[c] to 0 or the scale, for the channels [begin, begin + kChunk).
void factors_of_chunk(float* factors, const RowDropout& d, std::int64_t begin) {
  alignas(64) std::uint32_t words[4 * kBlocks];
  philox_words(words, d, static_cast<std::uint32_t>(begin / 8));
  std::uint16_t bits[kChunk];
  __builtin_memcpy(bits, words, sizeof(bits));
  for (int c = 0; c < kChunk; ++c) factors[c] = bits[c] >= d.threshold ? d.scale : 0.0f;
}

}  // namespace

void add_dropout_row(float* out, const float* x, const float* y, std::int64_t width,
                     const RowDropout& d) {
  if (d.threshold == 0) {
    for (std::int64_t c = 0; c < width; ++c) out[c] = x[c] + y[c];
    return;
  }
  alignas(64) float factors[kChunk];
  for (std::int64_t begin = 0; begin < width; begin += kChunk) {
    factors_of_chunk(factors, d, begin);
    const std::int64_t end = width - begin < kChunk ? width - begin : kChunk;
    for (std::int64_t c = 0; c < end; ++c) {
      out[begin + c] = x[begin + c] + y[begin + c] * factors[c];
    }
  }
}

void dropout_row(float* out, const float* x, std::int64_t width, const RowDropout& d) {
  if (d.threshold == 0) {
    for (std::int64_t c = 0; c < width; ++c) out[c] = x[c];
    return;
  }
  alignas(64) float factors[kChunk];
  for (std::int64_t begin = 0; begin < width; begin += kChunk) {
    factors_of_chunk(factors, d, begin);
    const std::int64_t end = width - begin < kChunk ? width - begin : kChunk;
    for (std::int64_t c = 0; c < end; ++c) out[begin + c] = x[begin + c] * factors[c];
  }
}

}  // namespace amt::cpu::AMT_ISA

#else

namespace amt::cpu {

RowDropout row_dropout(const Dropout& dropout, Dim i, Dim width) {
  const PhiloxCounter c = dropout_counter(dropout, i, width);
  const PhiloxKey key = philox_key(dropout.seed);
  const std::uint32_t threshold = dropout_threshold(dropout.rate);
  return {{c[0], c[1], c[2], c[3]}, {key.lo, key.hi}, threshold, dropout_scale(threshold)};
}

}  // namespace amt::cpu

#endif
