#include "context.hpp"

#include "../rows.hpp"
#include "../tiles.hpp"
#include "parallel.hpp"

namespace amt::cpu {

template <>
void Context<float>::refresh_weights(const float* parameters, Dim count) {
  tiled_.clear();
  weights_.at(parameters, count);
}

template <>
void Context<Bf16>::refresh_weights(const float* parameters, Dim count) {
  tiled_.clear();
  WeightRanges::Range& range = weights_.at(parameters, count);
  if (range.copy.bytes() == 0) range.copy = Buffer(ops_, range.count * sizeof(Bf16));
  Bf16* const copy = range.copy.as<Bf16>() + (parameters - range.begin);
  parallel_pieces(threads_, count, kFlatPiece, [&](Dim begin, Dim end) {
    to_bf16(copy + begin, parameters + begin, end - begin);
  });
}

template <class T>
const TiledMatrix* Context<T>::tiled(const float* weight, Dim depth, Dim columns) {
  if (!int8_ && !(std::is_same_v<T, Bf16> && multiplies_tiles())) return nullptr;
  const auto known = tiled_.find(weight);
  if (known != tiled_.end()) return &known->second;
  weights(weight);
  TiledMatrix made = cut_into_tiles(ops_, threads_, weight, depth, columns, int8_);
  return &tiled_.emplace(weight, std::move(made)).first->second;
}

template const TiledMatrix* Context<float>::tiled(const float*, Dim, Dim);
template const TiledMatrix* Context<Bf16>::tiled(const float*, Dim, Dim);

}  // namespace amt::cpu
