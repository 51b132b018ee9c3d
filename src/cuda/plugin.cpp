// The table of functions that the plug-in offers to the program.
#include "amt/cuda/plugin.hpp"

#include <cublas_v2.h>
#include <cuda_profiler_api.h>
#include <cuda_runtime.h>
#include <cudnn.h>
#include <fmt/core.h>
#include <nccl.h>

#include <array>
#include <fstream>

#include "amt/base/error.hpp"
#include "cuda_ops.hpp"
#include "device.hpp"

namespace amt::cuda {
namespace {

#ifdef AMT_CUDNN_ATTENTION
constexpr const char* kAttention = "cuDNN and plain";
#else
constexpr const char* kAttention = "plain only (built without cudnn-frontend)";
#endif

/// Returns "13.0" for 13000.
std::string cuda_version(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// Returns the driver's version, or 0 if there is no driver.
int driver_version() {
  int version = 0;
  check(cudaDriverGetVersion(&version), "reading the driver's version");
  return version;
}

int runtime_version() {
  int version = 0;
  check(cudaRuntimeGetVersion(&version), "reading the runtime's version");
  return version;
}

/// Returns "driver 580.65.06", from the kernel module.
std::string driver_name() {
  const int supports = driver_version();
  if (supports == 0) return "no driver";
  std::string name;
  std::ifstream("/sys/module/nvidia/version") >> name;
  return name.empty() ? fmt::format("driver for CUDA {}", cuda_version(supports))
                      : "driver " + name;
}

std::string cublas_version() {
  std::array<int, 3> parts = {};
  const std::array kinds = {MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (cublasGetProperty(kinds[i], &parts[i]) != CUBLAS_STATUS_SUCCESS) return "unknown";
  }
  return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]);
}

std::string cudnn_version() {
  const std::size_t version = cudnnGetVersion();  // 91900
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::string nccl_version() {
  int version = 0;  // 22809
  if (ncclGetVersion(&version) != ncclSuccess) return "unknown";
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::string versions() {
  return fmt::format("CUDA {}, {}, cuBLAS {}, cuDNN {}, NCCL {}, attention {}",
                     cuda_version(runtime_version()), driver_name(), cublas_version(),
                     cudnn_version(), nccl_version(), kAttention);
}

/// Explains why there is no device and what to do about it.
std::string explain(cudaError_t result) {
  if (result != cudaErrorInsufficientDriver) {
    return fmt::format("{} ({}); check nvidia-smi and CUDA_VISIBLE_DEVICES",
                       cudaGetErrorString(result), cudaGetErrorName(result));
  }
  const int driver = driver_version();
  if (driver == 0) return "no NVIDIA driver is installed";
  return fmt::format(
      "the NVIDIA driver is for CUDA {}, which is too old for CUDA {}; "
      "update the driver, or build with an older CUDA Toolkit",
      cuda_version(driver), cuda_version(runtime_version()));
}

int device_count(std::string* why) {
  int count = 0;
  const cudaError_t result = cudaGetDeviceCount(&count);
  if (result == cudaSuccess && count > 0) return count;
  cudaGetLastError();
  *why = explain(result == cudaSuccess ? cudaErrorNoDevice : result);
  return 0;
}

DeviceInfo device_info(int device) {
  const std::string what = fmt::format("reading the properties of device {}", device);
  check(cudaSetDevice(device), what);
  cudaDeviceProp properties = {};
  check(cudaGetDeviceProperties(&properties, device), what);
  std::array<char, 32> bus_id = {};
  check(cudaDeviceGetPCIBusId(bus_id.data(), static_cast<int>(bus_id.size()), device), what);
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), what);
  return {properties.name, bus_id.data(), properties.major * 10 + properties.minor, total, free};
}

std::unique_ptr<Ops> make_ops(const OpsOptions& options) { return make_cuda_ops(options); }

std::string prepare_attention(Ops& ops, const AttentionShape& shape, bool backward) {
  return dynamic_cast<CudaOps&>(ops).prepare_attention(shape, backward);
}

std::unique_ptr<Reducer> make_reducer(Ops& ops, const mpi::Communicator& communicator,
                                      double seconds) {
  return make_nccl_reducer(dynamic_cast<CudaOps&>(ops), communicator, seconds);
}

void attach(const Host& host) {
  share_activity(*host.activity);
  share_log_identity(*host.identity);
}

void profile(bool begin) {
  check(begin ? cudaProfilerStart() : cudaProfilerStop(), "switching the profiler");
}

constexpr Plugin kPlugin = {AMT_PLUGIN_BOUNDARY, attach,       versions,
                            device_count,        device_info,  make_ops,
                            prepare_attention,   make_reducer, profile};

}  // namespace

extern "C" __attribute__((visibility("default"))) const Plugin* amt_cuda_plugin() {
  return &kPlugin;
}

}  // namespace amt::cuda
