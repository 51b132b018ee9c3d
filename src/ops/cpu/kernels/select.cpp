// Which instruction set's kernels this process uses. Compiled once, for any processor.
#include <bit>
#include <cstdlib>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "kernels.hpp"

static_assert(std::endian::native == std::endian::little, "dropout.cpp reads words as halves");

namespace amt {

#ifdef AMT_X86_KERNELS
namespace avx512 {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}
#endif
namespace generic {
extern const Kernels table;
}

namespace {

/// Those that this processor can run, best first.
std::vector<const Kernels*> usable() {
  std::vector<const Kernels*> sets;
#ifdef AMT_X86_KERNELS
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    sets.push_back(&avx512::table);
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    sets.push_back(&avx2::table);
  }
#endif
  sets.push_back(&generic::table);
  return sets;
}

const Kernels& choose() {
  const char* asked = std::getenv("AMT_CPU_KERNELS");
  std::string names;
  for (const Kernels* set : usable()) {
    if (asked == nullptr || set->name == std::string(asked)) return *set;
    names += str_cat(" ", set->name);
  }
  throw UsageError(
      str_cat("AMT_CPU_KERNELS=", asked, " cannot be used here; choose one of:", names));
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace amt
