// The boundary between amt and its CUDA plug-in, libamt_cuda.so, which is loaded at run time so
// that the same program runs where there is no CUDA. Both are built from one tree by one compiler:
// the loader refuses a plug-in for which this header, or one that it includes, was another.
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
  std::string bus_id;  ///< "0000:17:00.0": equal numbers on one host are one device
  int capability = 0;  ///< 90 for compute capability 9.0
  std::uint64_t memory_bytes = 0, free_bytes = 0;
};

/// Which code computes attention. kAuto: cuDNN's, and where it has no plan for the shape, the own.
enum class Attention : std::uint8_t { kAuto, kCudnn, kPlain };

struct OpsOptions {
  int device = 0;
  Attention attention = Attention::kAuto;
  /// The same bits each time, also of sums by a Reducer for these Ops. Without, a little faster:
  /// sums may be added in any order.
  bool deterministic = true;
};

/// What the program has and the plug-in, with its own copy of base/ and process/, would else have
/// once more: the watchdog and the log look at the program's.
struct Host {
  ActivityState* activity;
  LogIdentity* identity;
};

/// What the plug-in can do. Errors are amt::Error.
struct Plugin {
  /// AMT_PLUGIN_BOUNDARY of the build (cmake/AmtBoundary.cmake); first, and read before anything
  /// else.
  std::uint64_t boundary;
  void (*attach)(const Host& host);  ///< before all that follow
  /// "CUDA 13.0, driver 580.65.06, cuBLAS 13.1.0, cuDNN 9.19.0, NCCL 2.28.9, attention cuDNN and
  /// plain"
  std::string (*versions)();
  /// Devices of this process; 0 with the reason in *why ("no CUDA device is detected").
  int (*device_count)(std::string* why);
  DeviceInfo (*device_info)(int device);
  /// The Ops of a device: bf16 activations, all work on one stream.
  std::unique_ptr<Ops> (*make_ops)(const OpsOptions& options);
  /// Finds out how `ops`, one of make_ops, will compute attention of such whole rows, and its
  /// gradient if `backward`; builds what that takes, so that no step waits for it and
  /// Ops::description() says how it will be. "", or why it will be by much slower code than
  /// OpsOptions allow: in a line, with the library's reason. Error if it cannot be computed at all.
  std::string (*prepare_attention)(Ops& ops, const AttentionShape& shape, bool backward);
  /// NCCL among the ranks of `communicator`, one device each. Collective. `ops` is one of make_ops
  /// and outlives it, as does the communicator, by which the ranks meet. Error naming rank and
  /// host if the ranks have not met within `seconds`, or if what is between them does not work.
  /// What NCCL takes of the device's memory it has when this returns.
  std::unique_ptr<Reducer> (*make_reducer)(Ops& ops, const mpi::Communicator& communicator,
                                           double seconds);
  /// Begins and ends what a profiler that waits for it records (nsys --capture-range
  /// cudaProfilerApi).
  void (*profile)(bool begin);
};

/// The one symbol that the loader looks for.
extern "C" const Plugin* amt_cuda_plugin();
using PluginEntry = const Plugin* (*)();

}  // namespace amt::cuda
