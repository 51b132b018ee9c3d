// Dense bf16 FLOP/s with sums in fp32, from NVIDIA's data sheets.
#include <array>
#include <string_view>

#include "amt/resources/flops.hpp"

namespace amt {
namespace {

struct Peak {
  std::string_view name;  // whole, as the driver reports it: parts of GPUs (MIG) have longer ones
  double flops;
};

constexpr std::array kPeaks = std::to_array<Peak>({
    {"NVIDIA A100-SXM4-40GB", 312e12},
    {"NVIDIA A100-SXM4-80GB", 312e12},
    {"NVIDIA A100-PCIE-40GB", 312e12},
    {"NVIDIA A100 80GB PCIe", 312e12},
    {"NVIDIA H100 80GB HBM3", 989.4e12},
    {"NVIDIA H100 PCIe", 756e12},
    {"NVIDIA H200", 989.4e12},
    {"NVIDIA L40S", 362e12},
    {"NVIDIA A40", 149.7e12},
    {"NVIDIA A30", 165e12},
    {"NVIDIA A10", 125e12},
    {"NVIDIA L4", 121e12},
    {"NVIDIA GeForce RTX 4090", 165.2e12},
});

}  // namespace

double known_peak_flops(const std::string& device_name) {
  for (const Peak& peak : kPeaks) {
    if (peak.name == device_name) return peak.flops;
  }
  return 0;
}

}  // namespace amt
