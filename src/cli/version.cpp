#include "version.hpp"

#include <fmt/core.h>

#include <boost/version.hpp>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/version.hpp"
#include "amt/device/plugin_loader.hpp"
#include "amt/hdf5/hdf5.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {
namespace {

/// Describes the plug-in and its devices, or explains why there is no plug-in.
std::string plugin_text() {
  try {
    const std::filesystem::path file = find_plugin();
    const cuda::Plugin& plugin = load_plugin(file);
    std::string why;
    const int devices = plugin.device_count(&why);
    return fmt::format("{}; {}; {}", plugin.versions(),
                       devices == 0 ? why : fmt::format("{} devices", devices), file.string());
  } catch (const Error& error) {
    return fmt::format("none: {}", error.what());
  }
}

}  // namespace

std::string build_text() {
  return fmt::format("{}, commit {}, build {}", version(), commit(),
                     hex64(xxh3_64_file("/proc/self/exe")));
}

std::string version_text() {
  return fmt::format(
      "amt {}, commit {}\n  compiler {}\n  MPI {}\n  HDF5 {}\n  Boost {}.{}.{}\n  oneDNN {}\n  "
      "CUDA plug-in "
      "{}\n",
      version(), commit(), __VERSION__, mpi::library_version(), hdf5::library_version(),
      BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, AMT_ONEDNN_VERSION,
      plugin_text());
}

}  // namespace amt
