#include "context.hpp"

#include "../rows.hpp"
#include "parallel.hpp"

namespace amt::cpu {

template <>
void Context<float>::refresh_weights(const float* parameters, Dim count) {
  weights_.at(parameters, count);
}

template <>
void Context<Bf16>::refresh_weights(const float* parameters, Dim count) {
  Buffer& copy = weights_.at(parameters, count).copy;
  if (copy.bytes() == 0) copy = Buffer(ops_, count * sizeof(Bf16));
  parallel_pieces(threads_, count, kFlatPiece, [&](Dim begin, Dim end) {
    to_bf16(copy.as<Bf16>() + begin, parameters + begin, end - begin);
  });
}

}  // namespace amt::cpu
