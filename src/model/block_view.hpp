// Locates the model's tensors in a flat buffer of parameters or gradients.
#pragma once

#include "amt/model/parameter_layout.hpp"

namespace amt {

struct BlockView {
  float *ln1_w, *ln1_b;
  float *qkv_w, *qkv_b;    ///< [h, 3h]
  float *proj_w, *proj_b;  ///< [h, h]
  float *ln2_w, *ln2_b;
  float *fc_w, *fc_b;    ///< [h, 4h]
  float *out_w, *out_b;  ///< [4h, h]
};

struct ModelView {
  ModelView(float* base, const ParameterLayout& layout);
  float *wte, *wpe;
  std::vector<BlockView> blocks;
  float *lnf_w, *lnf_b;
};

/// Returns the offsets in the flat buffer where wpe, each block and the last layer norm begin,
/// followed by the total. The gradients between two of them become final at the same time.
std::vector<std::int64_t> section_starts(const ParameterLayout& layout);

}  // namespace amt
