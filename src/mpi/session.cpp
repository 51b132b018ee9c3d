#include <fmt/core.h>
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <limits>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/process/log.hpp"
#include "check.hpp"

namespace amt::mpi {
namespace {
bool is_active = false;
}

void check(int code, const char* operation) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "unknown error";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(
      fmt::format("{} failed on {}: {}; the network or another rank is gone, start the job again",
                  operation, log_identity(), text));
}

int checked_count(std::size_t count, const char* operation) {
  if (count > std::numeric_limits<int>::max()) {
    throw Error(fmt::format("{}: {} items do not fit an MPI count", operation, count));
  }
  return static_cast<int>(count);
}

Session::Session() {
  const Waiting others("MPI_Init");
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) throw Error("this MPI was built without thread support");
  // Must be set before any communicator is created; otherwise a failure aborts the job without a
  // message of ours.
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  is_active = true;
}

Session::~Session() {
  is_active = false;
  const Waiting others("MPI_Finalize");
  MPI_Finalize();
}

bool active() { return is_active; }

bool alone() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks == 1;
}

std::string library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  check(MPI_Get_library_version(text, &length), "MPI_Get_library_version");
  const std::string whole(text, length);
  return whole.substr(0, whole.find_first_of(",\n"));
}

void end_job(ExitCode code) {
  const int exit_code = static_cast<int>(code);
  const Waiting launcher("MPI_Abort");
  std::fflush(nullptr);
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);  // in case MPI_Abort returns, which is allowed
}

}  // namespace amt::mpi
