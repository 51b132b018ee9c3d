// Propagates one rank's error to all ranks, without MPI_Abort.
#pragma once

#include <functional>
#include <string>

#include "amt/base/error.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt::mpi {

/// An Error that every rank of the job throws with the same message; only one of them prints it.
class CollectiveError : public Error {
 public:
  using Error::Error;
};

/// Collective. Runs `work` on every rank; it must not leave other ranks waiting in a collective
/// when it throws. If it threw on any rank, all ranks throw a CollectiveError with the exit code
/// and the message of the lowest such rank (prefixed with that rank unless it is 0).
void run_on_all(const Communicator& communicator, const std::function<void()>& work);

/// Collective. Does the second half of run_on_all, for errors that were already caught; `failure`
/// is nullptr on ranks without one.
void propagate_error(const Communicator& communicator, const Error* failure);

}  // namespace amt::mpi
