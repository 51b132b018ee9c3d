// Types that the operators' headers share. C++17: a GPU plug-in includes it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace amt {

/// An element of the device's compute type: fp32 or bf16 on the CPU, bf16 on a GPU. Only ever
/// pointed to.
struct Activation;

using Dim = std::int64_t;

/// The operator as a device takes it whose activations lie in memory as A.
template <class A, template <class, class> class Op, class P>
Op<A, P> typed(const Op<Activation, P>& op) {
  static_assert(sizeof(Op<A, P>) == sizeof(op), "only the types that its pointers point to differ");
  Op<A, P> same{};
  std::memcpy(static_cast<void*>(&same), &op, sizeof(op));
  return same;
}
/// One without activations stays as it is.
template <class A, template <class> class Op, class P>
const Op<P>& typed(const Op<P>& op) {
  return op;
}

/// The arguments of an operator that must lie in Weights (amt/ops/weights.hpp): an operator that
/// has any says so.
template <class Op>
std::array<const float*, 0> weights_of(const Op&) {
  return {};
}

// What the backends give an operator to work with. Each operator's header declares its function in
// both: src/cpu/<operator>.cpp and src/cuda/<operator>.cu define it.
namespace cpu {
template <class T>
class Context;
}
namespace cuda {
struct Context;
}

}  // namespace amt
