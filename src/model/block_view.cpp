#include "block_view.hpp"

namespace amt {
namespace {

constexpr std::size_t kFirst = 2;      // tensors before the blocks: wte, wpe
constexpr std::size_t kPerBlock = 12;  // in the order of BlockView

std::size_t block_count(const ParameterLayout& layout) {
  return (layout.all().size() - kFirst) / kPerBlock;
}

}  // namespace

ModelView::ModelView(float* base, const ParameterLayout& layout) {
  std::size_t next = 0;
  const auto tensor = [&] { return base + layout.all()[next++].offset; };
  wte = tensor();
  wpe = tensor();
  for (std::size_t l = 0; l < block_count(layout); ++l) {
    BlockView b{};
    for (float** place : {&b.ln1_w, &b.ln1_b, &b.qkv_w, &b.qkv_b, &b.proj_w, &b.proj_b, &b.ln2_w,
                          &b.ln2_b, &b.fc_w, &b.fc_b, &b.out_w, &b.out_b}) {
      *place = tensor();
    }
    blocks.push_back(b);
  }
  lnf_w = tensor();
  lnf_b = tensor();
}

std::vector<std::int64_t> section_starts(const ParameterLayout& layout) {
  std::vector<std::int64_t> starts{layout.all()[1].offset};
  for (std::size_t l = 0; l <= block_count(layout); ++l) {
    starts.push_back(layout.all()[kFirst + l * kPerBlock].offset);
  }
  starts.push_back(layout.total());
  return starts;
}

}  // namespace amt
