// Records a test program's MPI calls. For programs that are linked with mpi_calls.cpp.
#pragma once

#include <cstddef>
#include <vector>

namespace amt::test {

/// Bytes of each all-reduce that this rank waited for, in order.
std::vector<std::size_t>& all_reduces();

}  // namespace amt::test
