// Cards in cuDNN's own format (CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION), in which each field is
// the cudaDeviceAttr of the same name. Sources: "Technical specifications per compute capability"
// in the CUDA C++ Programming Guide; data sheets for SMs, cache, clocks and memory.
#pragma once

#include <fmt/core.h>

#include <string>

namespace amt::test {

struct Card {
  const char* name;
  int version;  ///< 900 is compute capability 9.0
  int sms;
  int opt_in_kib;  ///< shared memory that a block can opt in to
  int cache_mib, memory_mib;
  int sm_khz, memory_khz;
};

inline constexpr Card kA100 = {"NVIDIA A100-SXM4-80GB", 800, 108, 163, 40, 81559, 1410000, 1593000};
inline constexpr Card kH100 = {"NVIDIA H100 80GB HBM3", 900, 132, 227, 50, 81559, 1980000, 2619000};
inline constexpr Card kB200 = {"NVIDIA B200", 1000, 148, 227, 126, 183359, 1965000, 3996000};

inline std::string json_of(const Card& card) {
  constexpr long kMiB = 1 << 20;
  return fmt::format(
      R"({{"maxGridSize":[2147483647,65535,65535],"maxBlockSize":[1024,1024,64],)"
      R"("regsPerBlock":65536,"multiProcessorCount":{},"warpSize":32,)"
      R"("maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":{},)"
      R"("reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,"maxCtasPerSM":32,)"
      R"("maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,"pciDeviceId":0,"isTccDriver":0,)"
      R"("supportCoopLaunch":1,"totalGlobalMem":{},"smClockRateKHz":{},"memClockRateKHz":{},)"
      R"("l2CacheSize":{},"cudaDeviceId":0,"deviceVer":{},"driverVer":13000,"deviceName":"{}"}})",
      card.sms, card.opt_in_kib << 10, card.memory_mib * kMiB, card.sm_khz, card.memory_khz,
      card.cache_mib * kMiB, card.version, card.name);
}

}  // namespace amt::test
