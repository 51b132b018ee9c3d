// What a test's program asks of MPI. For programs that are linked with mpi_calls.cpp.
#pragma once

#include <cstddef>
#include <vector>

namespace amt::test {

/// The bytes of this rank's all-reduces that it waited for, in order.
std::vector<std::size_t>& all_reduces();

}  // namespace amt::test
