// Cores and memory that this machine offers to the process.
#pragma once

#include <cstdint>
#include <string>

namespace amt {

/// Bytes of memory that processes here may use together: the machine's, or the limit of the control
/// group (a container's, a Slurm job's) where that is smaller.
std::uint64_t node_memory_bytes();

/// The most memory that this process has held at once, in bytes (resident; its children do not
/// count).
std::uint64_t peak_memory_bytes();

/// As the machine calls itself: "node17".
std::string host_name();

/// Processor cores that this process may run on. At least 1.
int available_cores();

/// Processor cores that processes here may use together: the machine's, or the limit of the control
/// group (a container's quota or its set of cores) where that is smaller. At least 1.
int node_cores();

}  // namespace amt
