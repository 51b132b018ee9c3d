// Checks the results of MPI calls.
#pragma once

#include <mpi.h>

namespace amt::mpi {

/// Throws an Error with the operation's name, this rank and host, and MPI's own message if `code`
/// is a failure.
void check(int code, const char* operation);

/// Converts `count` to an MPI count. Throws Error if it exceeds 2^31 - 1, because MPI 3 counts are
/// ints.
int checked_count(std::size_t count, const char* operation);

}  // namespace amt::mpi
