// Peak dense bf16 FLOP/s with sums in fp32, from NVIDIA's data sheets. Where a data sheet gives
// only the figure with sparsity, half of it is used.
#include <array>
#include <string_view>

#include "amt/resources/flops.hpp"

namespace amt {
namespace {

struct Peak {
  std::string_view name;  // the driver's complete name; MIG slices have longer names
  double flops;
};

constexpr std::array kPeaks = std::to_array<Peak>({
    // A100 data sheet, A800 40GB Active data sheet: 312, with sparsity 624.
    {"NVIDIA A100-SXM4-40GB", 312e12},
    {"NVIDIA A100-SXM4-80GB", 312e12},
    {"NVIDIA A100-PCIE-40GB", 312e12},
    {"NVIDIA A100 80GB PCIe", 312e12},
    {"NVIDIA A800-SXM4-40GB", 312e12},
    {"NVIDIA A800-SXM4-80GB", 312e12},
    {"NVIDIA A800 40GB Active", 312e12},
    {"NVIDIA A800 80GB PCIe", 312e12},
    // H100, H200 and GH200 data sheets, with sparsity: SXM 1,979, PCIe 1,513, NVL 1,671. An H800
    // differs only in its links and in fp64.
    {"NVIDIA H100 80GB HBM3", 989.4e12},
    {"NVIDIA H100 PCIe", 756e12},
    {"NVIDIA H100 NVL", 835.5e12},
    {"NVIDIA H200", 989.4e12},
    {"NVIDIA H200 NVL", 835.5e12},
    {"NVIDIA H800", 989.4e12},
    {"NVIDIA H800 PCIe", 756e12},
    {"NVIDIA GH200 120GB", 989.4e12},
    {"NVIDIA GH200 480GB", 989.4e12},
    {"NVIDIA GH200 144G HBM3e", 989.4e12},
    // HGX B200 and B300 data sheets: 36,000 with sparsity for eight GPUs.
    {"NVIDIA B200", 2250e12},
    {"NVIDIA B300 SXM6 AC", 2250e12},
    // Data sheets of the L40S, A40, A30, A10 and L4.
    {"NVIDIA L40S", 362e12},
    {"NVIDIA A40", 149.7e12},
    {"NVIDIA A30", 165e12},
    {"NVIDIA A10", 125e12},
    {"NVIDIA L4", 121e12},
    // The architectures' white papers, "Peak BF16 Tensor TFLOPS with FP32 Accumulate": Ada
    // (professional), Ada, RTX Blackwell.
    {"NVIDIA RTX 6000 Ada Generation", 364.2e12},
    {"NVIDIA GeForce RTX 4090", 165.2e12},
    {"NVIDIA GeForce RTX 5090", 209.5e12},
});

}  // namespace

double known_peak_flops(const std::string& device_name) {
  for (const Peak& peak : kPeaks) {
    if (peak.name == device_name) return peak.flops;
  }
  return 0;
}

}  // namespace amt
