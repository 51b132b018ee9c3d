#include "amt/kernels/shapes.hpp"

#include <gtest/gtest.h>

#include <set>

#include "src/cuda/attention_layout.hpp"

namespace amt::cuda {
namespace {

// Ranges of time tokens may have any length, but their products must have few sizes.
TEST(Shapes, LogitsShareAFewProducts) {
  std::set<Dim> columns;
  for (Dim first = 0; first < 10000; ++first) {
    const Dim vocab = 10000 - first;
    columns.insert(logit_columns(vocab, 55040 - first));
    EXPECT_GE(*columns.rbegin(), vocab);
  }
  EXPECT_EQ(columns.size(), 10u);
  EXPECT_EQ(logit_columns(16513, 55040 - 11000), 17 * 1024) << "notes";
  EXPECT_EQ(logit_columns(55028, 55040), 55032) << "the whole vocabulary";
  EXPECT_EQ(logit_columns(127, 127), 127) << "nothing to round up to";
}

TEST(Shapes, AllBlocksOfALayerNormAreResident) {
  EXPECT_EQ(norm_shares(32768, 768), 512);
  EXPECT_EQ(norm_shares(32768, 1024), 384);
  EXPECT_EQ(norm_shares(32768, 2048), 256);
  EXPECT_EQ(norm_shares(17, 2048), 2) << "must not exceed the number of shares";
}

TEST(Shares, CoverEveryPositionOnceWithFewShares) {
  for (const Dim n : {1, 2, 15, 16, 17, 1023, 1024, 8191, 8192, 8193, 32768, 65536, 1 << 24}) {
    const Shares s = shares_of(n);
    EXPECT_GE(s.count * s.each, n);
    EXPECT_LT((s.count - 1) * s.each, n) << "the last share of " << n << " is empty";
    EXPECT_LE(s.count, 512);
  }
  EXPECT_EQ(shares_of(32768).count, 512);  // a micro-batch of 32 keeps every multiprocessor busy
}

TEST(Shapes, FlatBuffersFitInAGrid) {
  EXPECT_EQ(flat_blocks(0), 1);
  EXPECT_EQ(flat_blocks(1), 1);
  EXPECT_EQ(flat_blocks(1024), 1);
  EXPECT_EQ(flat_blocks(1025), 2);
  EXPECT_LE(flat_blocks(Dim{1} << 40), (Dim{1} << 31) - 1) << "the limit of a grid";
  EXPECT_EQ(sum_blocks(1), 1);
  EXPECT_EQ(sum_blocks(128'000'000), 1024);
}

TEST(Shapes, QuadsRequireEveryBufferToBeAligned) {
  alignas(16) float x[8], y[8];
  EXPECT_EQ(quads_of(7, x, y), 1);
  EXPECT_EQ(quads_of(8, x), 2);
  EXPECT_EQ(quads_of(7, x + 1, y), 0);
  EXPECT_EQ(quads_of(7, x, y + 2), 0);
  EXPECT_EQ(quads_of(7, x, y + 4), 1);
}

TEST(Shapes, LayerNormPacksCoverTheWidth) {
  EXPECT_EQ(norm_packs(8), 1);
  EXPECT_EQ(norm_packs(256), 1);
  EXPECT_EQ(norm_packs(264), 2);
  EXPECT_EQ(norm_packs(768), 3);
  EXPECT_EQ(norm_packs(1280), 5);
  EXPECT_EQ(norm_packs(kLargestWidth), 8);
}

TEST(Shapes, LmHeadBlocksAreEqualAndFitInMemory) {
  constexpr Dim kEach = 55040 * 2, kMost = Dim{1} << 30;  // the paper's models, bf16
  EXPECT_EQ(lm_head_block(32768, kEach, kMost), 8192);
  EXPECT_EQ(lm_head_block(1024, kEach, kMost), 1024);
  EXPECT_EQ(lm_head_block(100, kEach, kMost), 100);
  for (const Dim n : {1, 127, 129, 9728, 9729, 40000, 65536}) {
    for (const Dim each : {kEach, 2 * kEach}) {
      const Dim block = lm_head_block(n, each, kMost);
      EXPECT_LE(block * each, kMost);
      EXPECT_TRUE(block == n || block % 128 == 0) << block;
      EXPECT_GE(block, 1);
    }
  }
  EXPECT_EQ(lm_head_block(32768, Dim{1} << 40, kMost), 128);  // the smallest block
}

/// Returns the offset of an element as cuDNN computes it.
Dim offset(const TensorLayout& layout, Dim row, Dim head, Dim t, Dim channel) {
  return row * layout.strides[0] + head * layout.strides[1] + t * layout.strides[2] +
         channel * layout.strides[3];
}

TEST(AttentionLayout, AgreesWithThePlainCode) {
  const AttentionShape s = self_attention(3, 5, 4, 8, 1);
  const TensorLayout qkv = qkv_layout(s), out = out_layout(s), lse = lse_layout(s);
  EXPECT_EQ(qkv.sizes, (std::array<Dim, 4>{3, 4, 5, 8}));
  EXPECT_EQ(out.sizes, qkv.sizes);
  EXPECT_EQ(lse.sizes, (std::array<Dim, 4>{3, 4, 5, 1}));
  for (Dim row = 0; row < s.rows; ++row) {
    for (Dim t = 0; t < s.key_len; ++t) {
      for (Dim head = 0; head < s.heads; ++head) {
        for (Dim part = 0; part < 3; ++part) {
          const HeadsOf<const float> heads = packed_heads<const float>(nullptr, s, part);
          EXPECT_EQ(heads.first + offset(qkv, row, head, t, 2),
                    heads.at(row, t, head, s.head_dim) + 2);
          EXPECT_EQ(heads.at(row, t, head, s.head_dim),
                    (((row * s.key_len + t) * 3 + part) * s.heads + head) * s.head_dim);
        }
        EXPECT_EQ(offset(out, row, head, t, 2),
                  ((row * s.key_len + t) * s.heads + head) * s.head_dim + 2);
        EXPECT_EQ(offset(lse, row, head, t, 0), (row * s.heads + head) * s.key_len + t);
      }
    }
  }
}

}  // namespace
}  // namespace amt::cuda
