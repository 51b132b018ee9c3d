// Shared by the files of mpi::Communicator.
#pragma once

#include <mpi.h>

#include "amt/base/activity.hpp"
#include "amt/mpi/communicator.hpp"
#include "check.hpp"

namespace amt::mpi {

struct Communicator::Impl {
  MPI_Comm comm = MPI_COMM_NULL;  // null: this process is alone, without MPI
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  bool alone() const { return comm == MPI_COMM_NULL; }
  ~Impl() {
    if (comm != MPI_COMM_NULL) MPI_Comm_free(&comm);
  }
};

/// Makes a call that waits for other ranks. `operation` must be a string literal.
template <class Call>
void wait_in(const char* operation, Call call) {
  const Waiting others(operation);
  check(call(), operation);
}

}  // namespace amt::mpi
