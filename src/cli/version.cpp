#include "version.hpp"

#include <boost/version.hpp>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/base/version.hpp"
#include "amt/device/plugin_loader.hpp"
#include "amt/hdf5/hdf5.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {
namespace {

/// What the plug-in says of itself, or why there is none.
std::string plugin_text() {
  try {
    const std::filesystem::path file = find_plugin();
    const cuda::Plugin& plugin = load_plugin(file);
    std::string why;
    const int devices = plugin.device_count(&why);
    return str_cat(plugin.versions(), "; ", devices == 0 ? why : str_cat(devices, " devices"), "; ",
                   file.string());
  } catch (const Error& error) {
    return str_cat("none: ", error.what());
  }
}

}  // namespace

std::string build_text() {
  return str_cat(version(), ", build ", hex64(xxh3_64_file("/proc/self/exe")));
}

std::string version_text() {
  return str_cat("amt ", version(), "\n  compiler ", __VERSION__, "\n  MPI ",
                 mpi::library_version(), "\n  HDF5 ", hdf5::library_version(), "\n  Boost ",
                 BOOST_VERSION / 100000, ".", BOOST_VERSION / 100 % 1000, ".", BOOST_VERSION % 100,
                 "\n  oneDNN ", AMT_ONEDNN_VERSION, "\n  CUDA plug-in ", plugin_text(), "\n");
}

}  // namespace amt
