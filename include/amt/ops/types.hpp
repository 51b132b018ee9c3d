// Types that the operators' headers share. Restricted to C++17, because the GPU plug-in includes
// it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace amt {

/// An element of the device's compute type: fp32 or bf16 on the CPU, bf16 on a GPU. An incomplete
/// type, used only in pointers.
struct Activation;

using Dim = std::int64_t;

/// Returns the operator with A, the type that activations have in memory.
template <class A, template <class, class> class Op, class P>
Op<A, P> typed(const Op<Activation, P>& op) {
  static_assert(sizeof(Op<A, P>) == sizeof(op), "only the types that its pointers point to differ");
  Op<A, P> same{};
  std::memcpy(static_cast<void*>(&same), &op, sizeof(op));
  return same;
}
/// Returns an operator without activations unchanged.
template <class A, template <class> class Op, class P>
const Op<P>& typed(const Op<P>& op) {
  return op;
}

/// Returns the arguments of an operator that must be in Weights (amt/ops/weights.hpp). An operator
/// with such arguments overloads this function.
template <class Op>
std::array<const float*, 0> weights_of(const Op&) {
  return {};
}

// The resources that each backend passes to an operator. Each operator's header declares its
// function for both backends; src/cpu/<operator>.cpp and src/cuda/<operator>.cu define it.
namespace cpu {
template <class T>
class Context;
}
namespace cuda {
struct Context;
}

}  // namespace amt
