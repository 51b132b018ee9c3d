// Records the MPI calls of a test program that is linked with mpi_calls.cpp.
#pragma once

#include <cstddef>
#include <vector>

namespace amt::test {

/// Returns the bytes of each blocking all-reduce of this rank, in order.
std::vector<std::size_t>& all_reduces();

}  // namespace amt::test
