// Dense bf16 FLOP/s with sums in fp32, from NVIDIA's data sheets: where those give the figure with
// sparsity alone, half of it.
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
    // Data sheet of the A100, of the A800 40GB Active: 312, with sparsity 624.
    {"NVIDIA A100-SXM4-40GB", 312e12},
    {"NVIDIA A100-SXM4-80GB", 312e12},
    {"NVIDIA A100-PCIE-40GB", 312e12},
    {"NVIDIA A100 80GB PCIe", 312e12},
    {"NVIDIA A800-SXM4-40GB", 312e12},
    {"NVIDIA A800-SXM4-80GB", 312e12},
    {"NVIDIA A800 40GB Active", 312e12},
    {"NVIDIA A800 80GB PCIe", 312e12},
    // Of the H100, H200 and GH200, with sparsity: SXM 1,979, PCIe 1,513, NVL 1,671. An H800 differs
    // in its links and in fp64 alone.
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
    // Of HGX B200 and B300: 36,000 with sparsity for eight.
    {"NVIDIA B200", 2250e12},
    {"NVIDIA B300 SXM6 AC", 2250e12},
    // Of the L40S, A40, A30, A10, L4.
    {"NVIDIA L40S", 362e12},
    {"NVIDIA A40", 149.7e12},
    {"NVIDIA A30", 165e12},
    {"NVIDIA A10", 125e12},
    {"NVIDIA L4", 121e12},
    // The architectures' white papers, "Peak BF16 Tensor TFLOPS with FP32 Accumulate": Ada for
    // professionals, Ada, RTX Blackwell.
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
