// The cores and memory that this machine offers to the process.
#pragma once

#include <cstdint>
#include <string>

namespace amt {

/// Returns the bytes of memory that all processes on this node may use together: the machine's
/// memory, or the limit of the control group (a container's, a Slurm job's) if that is smaller.
std::uint64_t node_memory_bytes();

/// Returns the peak resident memory of this process in bytes, excluding its children.
std::uint64_t peak_memory_bytes();

/// Returns the seconds since this process started, including loading it and starting MPI.
double process_seconds();

/// The machine's name for itself: "node17".
std::string host_name();

/// Returns the processor's model name, "Intel(R) Xeon(R) Platinum 8468"; "" if unknown, as on Arm.
std::string cpu_name();

/// CPU cores that this process may run on. At least 1.
int available_cores();

/// Returns the number of CPU cores, at least 1, that all processes on this node may use together:
/// the machine's cores, or the limit of the control group (a container's quota or its set of cores)
/// if that is smaller.
int node_cores();

}  // namespace amt
