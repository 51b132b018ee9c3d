// Checks the result of an MPI call.
#pragma once

#include <mpi.h>

namespace amt::mpi {

/// Error with the operation's name, this rank and host, and MPI's own text, if `code` is a failure.
void check(int code, const char* operation);

/// `count` as an MPI count. Error if it is over 2^31 - 1: MPI 3 counts are ints.
int checked_count(std::size_t count, const char* operation);

}  // namespace amt::mpi
