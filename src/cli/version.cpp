#include "amt/cli/version.hpp"

#include <boost/version.hpp>

#include "amt/base/strings.hpp"
#include "amt/hdf5/hdf5.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {

std::string version_text() {
  return str_cat("amt ", AMT_VERSION, "\n  compiler ", __VERSION__, "\n  MPI ",
                 mpi::library_version(), "\n  HDF5 ", hdf5::library_version(), "\n  Boost ",
                 BOOST_VERSION / 100000, ".", BOOST_VERSION / 100 % 1000, ".", BOOST_VERSION % 100,
                 "\n  oneDNN ", AMT_ONEDNN_VERSION, "\n");
}

}  // namespace amt
