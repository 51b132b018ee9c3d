#include "instruction_sets.hpp"

#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <bit>
#include <cstdlib>
#include <string>
#include <vector>

#include "amt/base/error.hpp"

static_assert(std::endian::native == std::endian::little, "dropout.cpp reads words as halves");

namespace amt::cpu {
namespace {

constexpr std::array<const char*, 4> kNames = {"generic", "avx2", "avx512", "amx"};
constexpr std::size_t kAmx = 3;

#ifdef __x86_64__
/// Returns whether the CPU has AMX tiles with bf16 and 8-bit products. __builtin_cpu_supports does
/// not recognise their names before Clang 16.
bool has_tiles() {
  constexpr unsigned kFeatures = 7, kBf16 = 1U << 22, kTiles = 1U << 24, kInt8 = 1U << 25;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(kFeatures, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (edx & kBf16) != 0 && (edx & kTiles) != 0 && (edx & kInt8) != 0;
}

/// Requests permission to use tiles, without which Linux does not save them in context switches.
bool may_use_tiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#endif

/// Returns the sets that this CPU supports, best first.
std::vector<std::size_t> usable() {
  std::vector<std::size_t> sets;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    if (has_tiles() && __builtin_cpu_supports("avx512bf16") && may_use_tiles()) {
      sets.push_back(kAmx);
    }
    sets.push_back(2);
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(1);
#endif
  sets.push_back(0);
  return sets;
}

std::size_t choose() {
  const char* asked = std::getenv("AMT_CPU_KERNELS");
  std::string names;
  for (const std::size_t set : usable()) {
    if (asked == nullptr || kNames[set] == std::string(asked)) return set;
    names += std::string(" ") + kNames[set];
  }
  throw UsageError(std::string("AMT_CPU_KERNELS=") + asked +
                   " cannot be used here; choose one of:" + names);
}

}  // namespace

std::size_t instruction_set() {
  static const std::size_t chosen = choose();
  return chosen;
}

bool multiplies_tiles() { return instruction_set() == kAmx; }

const char* instruction_set_name() { return kNames[instruction_set()]; }

}  // namespace amt::cpu
