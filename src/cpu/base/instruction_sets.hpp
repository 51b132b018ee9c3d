// Kernels: the inner loops of the CPU's operators, single-threaded, on one row or one range. Each
// is compiled once per instruction set, and the best set that the processor has is chosen at run
// time, so that one binary is portable and fast.
//
// Every file src/cpu/*.cpp is compiled once as it is and once per instruction set, then with
// AMT_ISA defined as the set's name. A file with kernels says
//
//     AMT_KERNEL(void, scale_row, (float* x, float factor, std::int64_t n));  // or in a header
//     #ifdef AMT_ISA
//     namespace amt::cpu::AMT_ISA { void scale_row(...) { the loop } }
//     #else
//     namespace amt::cpu { the operator, which calls scale_row(...) }
//     #endif
//
// Why not target_clones: it makes the same code (GCC 12, arch=x86-64-v4 and -v3: 2552 to 2548
// instructions for a layer norm of 1024 channels, 5476 to 5476 for a softmax; the same bits) in
// fewer lines. But no environment variable can choose among clones, so that a set that the
// processor would not choose could be neither tested nor ruled out; they need the C library's
// ifunc; and a helper that GCC does not inline into a clone stays compiled for the oldest processor
// silently: with arch=skylake-avx512 the softmax took 47310 instructions.
//
// What is compiled with AMT_ISA must not call inline functions from elsewhere (std:: templates
// included): the linker keeps one copy of such a function, which may be the one compiled for a
// newer processor. Functions of math.hpp and bits.hpp are each set's own.
#pragma once

#include <cstdint>

#ifdef AMT_ISA

#define AMT_KERNEL(result, name, parameters) \
  namespace amt::cpu::AMT_ISA {              \
  result name parameters;                    \
  }                                          \
  static_assert(true)

#else

#include <array>
#include <cstddef>

namespace amt::cpu {

#ifdef __x86_64__
inline constexpr std::size_t kSets = 4;
#else
inline constexpr std::size_t kSets = 1;
#endif

/// The one this process uses, in the order of AMT_KERNEL's; chosen at the first call. UsageError if
/// the environment's AMT_CPU_KERNELS names one that this processor does not have.
std::size_t instruction_set();
/// "avx512"
const char* instruction_set_name();
/// Whether it multiplies tiles of matrices: the last one, "amx".
bool multiplies_tiles();

/// A function of each instruction set; calling it calls the one in use.
template <class Function>
struct Kernel;
template <class Result, class... Parameters>
struct Kernel<Result(Parameters...)> {
  std::array<Result (*)(Parameters...), kSets> of_set;
  Result operator()(Parameters... parameters) const {
    return of_set[instruction_set()](parameters...);
  }
};

}  // namespace amt::cpu

#ifdef __x86_64__
#define AMT_KERNEL(result, name, parameters)                 \
  namespace amt::cpu {                                       \
  namespace generic {                                        \
  result name parameters;                                    \
  }                                                          \
  namespace avx2 {                                           \
  result name parameters;                                    \
  }                                                          \
  namespace avx512 {                                         \
  result name parameters;                                    \
  }                                                          \
  namespace amx {                                            \
  result name parameters;                                    \
  }                                                          \
  inline constexpr Kernel<result parameters> name{           \
      {generic::name, avx2::name, avx512::name, amx::name}}; \
  }                                                          \
  static_assert(true)
#else
#define AMT_KERNEL(result, name, parameters)                        \
  namespace amt::cpu {                                              \
  namespace generic {                                               \
  result name parameters;                                           \
  }                                                                 \
  inline constexpr Kernel<result parameters> name{{generic::name}}; \
  }                                                                 \
  static_assert(true)
#endif

#endif
