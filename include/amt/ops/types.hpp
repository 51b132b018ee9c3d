// Types shared by the operators' headers. C++17, because a GPU plug-in includes it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace amt {

/// An element of the device's compute type: fp32 or bf16 on a CPU, bf16 on a GPU. Used through
/// pointers only.
struct Activation;

using Dim = std::int64_t;

/// The operator for a device that stores activations as A.
template <class A, template <class, class> class Op, class P>
Op<A, P> typed(const Op<Activation, P>& op) {
  static_assert(sizeof(Op<A, P>) == sizeof(op), "only the types that its pointers point to differ");
  Op<A, P> same{};
  std::memcpy(static_cast<void*>(&same), &op, sizeof(op));
  return same;
}
/// An operator without activations is returned unchanged.
template <class A, template <class> class Op, class P>
const Op<P>& typed(const Op<P>& op) {
  return op;
}

/// The arguments of an operator that must be in Weights (amt/ops/weights.hpp); operators that have
/// some provide an overload.
template <class Op>
std::array<const float*, 0> weights_of(const Op&) {
  return {};
}

// What each backend passes to its operators. An operator's header declares its function for both
// backends: src/cpu/<operator>.cpp and src/cuda/<operator>.cu define it.
namespace cpu {
template <class T>
class Context;
}
namespace cuda {
struct Context;
}

}  // namespace amt
