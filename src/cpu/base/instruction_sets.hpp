// Kernels: the inner loops of the CPU's operators, single-threaded, on one row or one range. Each
// is compiled once per instruction set, and the best set that the CPU supports is chosen at run
// time, so that one binary is both portable and fast.
//
// Every file src/cpu/*.cpp is compiled once without AMT_ISA, and once per instruction set with
// AMT_ISA defined as the set's name. A file with kernels has this form:
//
//     AMT_KERNEL(void, scale_row, (float* x, float factor, std::int64_t n));  // or in a header
//     #ifdef AMT_ISA
//     namespace amt::cpu::AMT_ISA { void scale_row(...) { the loop } }
//     #else
//     namespace amt::cpu { the operator, which calls scale_row(...) }
//     #endif
//
// target_clones would give the same code with fewer lines (GCC 12, arch=x86-64-v4 and -v3: 2552 and
// 2548 instructions for a layer norm of 1024 channels, 5476 for a softmax with both; the same
// bits). But no environment variable can choose among clones, so a set other than the default could
// be neither tested nor excluded. Clones also need the C library's ifunc. Finally, a helper that
// GCC does not inline into a clone silently stays compiled for the oldest CPU: with
// arch=skylake-avx512 the softmax took 47310 instructions.
//
// Code that is compiled with AMT_ISA must not call inline functions from other headers, including
// std:: templates: the linker keeps only one copy of such a function, which may be the one compiled
// for a newer CPU. The functions of math.hpp and bits.hpp are separate for each set.
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

/// Returns the index of the set that this process uses, in the order of AMT_KERNEL. The set is
/// chosen at the first call. Throws UsageError if the environment variable AMT_CPU_KERNELS names a
/// set that this CPU does not support.
std::size_t instruction_set();
/// Returns, for example, "avx512".
const char* instruction_set_name();
/// Returns whether the set can multiply tiles of matrices, which only the last one, "amx", can.
bool multiplies_tiles();

/// A function for each instruction set; calls go to that of the set in use.
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
