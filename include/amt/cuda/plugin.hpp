// The boundary between amt and its CUDA plug-in, libamt_cuda.so, which is loaded at run time so
// that the same program also runs without CUDA. Both must be built from the same tree by the same
// compiler: the loader refuses a plug-in that was built with a different version of this header or
// of one that it includes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "amt/base/activity.hpp"
#include "amt/collective/reducer.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"
#include "amt/process/log.hpp"

namespace amt::cuda {

struct DeviceInfo {
  std::string name;    ///< "NVIDIA H200"
  std::string bus_id;  ///< "0000:17:00.0": identifies the device on its host
  int capability = 0;  ///< 90 for compute capability 9.0
  std::uint64_t memory_bytes = 0, free_bytes = 0;
};

/// The implementation of attention. kAuto: cuDNN, or amt's own kernels if cuDNN has no plan for the
/// shape.
enum class Attention : std::uint8_t { kAuto, kCudnn, kPlain };

struct OpsOptions {
  int device = 0;
  Attention attention = Attention::kAuto;
  /// Whether results, including a Reducer's sums for these Ops, are bitwise-reproducible. If false,
  /// sums may be computed in any order, which is a little faster.
  bool deterministic = true;
};

/// State of the program that the plug-in must share. The plug-in has its own copies of base/ and
/// process/, but the watchdog and the log use the program's state.
struct Host {
  ActivityState* activity;
  LogIdentity* identity;
};

/// The functions of the plug-in. They throw amt::Error.
struct Plugin {
  /// AMT_PLUGIN_BOUNDARY of the build (cmake/AmtBoundary.cmake). Must stay the first member,
  /// because the loader reads it before anything else.
  std::uint64_t boundary;
  void (*attach)(const Host& host);  ///< must be called before all others
  /// Returns "CUDA 13.0, driver 580.65.06, cuBLAS 13.1.0, cuDNN 9.19.0, NCCL 2.28.9, attention
  /// cuDNN and plain".
  std::string (*versions)();
  /// Returns the number of devices that this process can use, or 0 with the reason in *why ("no
  /// CUDA device is detected").
  int (*device_count)(std::string* why);
  DeviceInfo (*device_info)(int device);
  /// Creates the Ops of a device, with bf16 activations and all work on one stream.
  std::unique_ptr<Ops> (*make_ops)(const OpsOptions& options);
  /// Decides how `ops`, made by make_ops, will compute attention for whole rows of this shape, and
  /// its gradient if `backward`. Builds the plans in advance, so that no step waits for them and
  /// Ops::description() is complete. Returns "", or one line with cuDNN's reason if OpsOptions
  /// allow cuDNN but much slower code has to be used. Throws an Error if attention cannot be
  /// computed at all.
  std::string (*prepare_attention)(Ops& ops, const AttentionShape& shape, bool backward);
  /// Creates an NCCL reducer for the ranks of `communicator`, which have one device each.
  /// Collective. `ops`, made by make_ops, and the communicator, over which the ranks connect, must
  /// outlive it. Throws an Error that names rank and host if the ranks have not connected within
  /// `seconds`, or if their network does not work. When it returns, NCCL has allocated all its
  /// device memory.
  std::unique_ptr<Reducer> (*make_reducer)(Ops& ops, const mpi::Communicator& communicator,
                                           double seconds);
  /// Begins or ends the range that a profiler records, if it was started to record one (nsys
  /// --capture-range cudaProfilerApi).
  void (*profile)(bool begin);
};

/// The only symbol that the loader looks up.
extern "C" const Plugin* amt_cuda_plugin();
using PluginEntry = const Plugin* (*)();

}  // namespace amt::cuda
